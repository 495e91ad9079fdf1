"""The intake API receives sealed reports, and lets analysts claim and assess the items made from them."""
