-- The database of one service and its two roles. Run by psql with -v service=… -v database=…, as often as wanted.
-- The owner runs migrations; the service itself works under <service>_app, which has no DDL and cannot bypass
-- row-level security.
SELECT format('CREATE ROLE %I LOGIN', :'service' || '_owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service' || '_owner') \gexec
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS', :'service' || '_app')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service' || '_app') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'service' || '_owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', :'database', :'service' || '_app') \gexec
-- What PostgreSQL makes by itself is open to every role: a service's role has nothing to look for there.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
\c :database
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
              :'service' || '_owner', :'service' || '_app') \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT USAGE, SELECT ON SEQUENCES TO %I',
              :'service' || '_owner', :'service' || '_app') \gexec
