#!/bin/sh
# Makes the secrets that docker-compose.yml names: random passwords, the URLs that hold them, and the token of the
# Telegram bot, which it asks for (a fleet's bots bring their own). Never replaces one. Run it as root, from anywhere:
#     sudo deploy/secrets.sh
# A secret is mounted as the file that it is, with its owner and mode, and Reportline takes none that anybody but
# its owner can read: so each file is given to the number of the user who reads it in its container.
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
reportline=10001
postgres=999
valkey=999

random() {
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

# keep NAME READER: the secret from standard input; refuses to replace one.
keep() {
    (set -C; cat >"$folder/$1")
    chmod 400 "$folder/$1"
    if [ "$(id -u)" = 0 ]; then
        chown "$2" "$folder/$1"
    else
        echo "Not root: give the file yourself: sudo chown $2 $folder/$1" >&2
    fi
}

mkdir -p "$folder"
chmod 700 "$folder"
if [ -e "$folder/telegram_token" ]; then
    echo "There are secrets in $folder already. They are left as they are." >&2
    exit 1
fi

printf "Token of the Telegram bot, as BotFather gave it (Enter alone where only a fleet will run): " >&2
[ ! -t 0 ] || stty -echo
read -r token
[ ! -t 0 ] || { stty echo; echo >&2; }

database_password=$(random)
valkey_password=$(random)
random | keep postgres_password "$postgres"
printf '%s' "$database_password" | keep database_password "$postgres"
printf 'postgresql://reportline:%s@postgres:5432/reportline\n' "$database_password" | keep database_url "$reportline"
# Whoever gives no name may ask whether the server is there; the bot may do what it needs to, and no more.
printf '%s\n' \
    'user default on nopass resetkeys resetchannels -@all +ping' \
    "user bot on >$valkey_password resetkeys ~talk:* resetchannels -@all +get +set +del" | keep valkey_users "$valkey"
printf 'valkey://bot:%s@valkey:6379\n' "$valkey_password" | keep valkey_url "$reportline"
# Last, since it says that all of them are there.
printf '%s\n' "$token" | keep telegram_token "$reportline"
echo "The secrets are in $folder. Keep a copy where nobody else looks." >&2
