-- Run once, by PostgreSQL's image, on an empty data folder: the intake's own role owns its own database, and
-- rules over nothing else.
\set password `cat /run/secrets/database_password`
-- A statement that fails would stand in the log, and the password in it.
SET log_min_error_statement = panic;
CREATE ROLE reportline LOGIN PASSWORD :'password';
CREATE DATABASE reportline OWNER reportline;
REVOKE ALL ON DATABASE reportline FROM PUBLIC;
