"""What analysts, leads and auditors type: it speaks HTTP to the API, as anybody else would."""
