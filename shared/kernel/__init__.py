"""A kernel for services that each own a PostgreSQL database and tell each other of changes by NATS JetStream.

A service is tables, a few commands and queries, routes, and handlers of events; the kernel is what all of them need:

- `service.create_app` makes a process of them: HTTP API, consumers, timers, health, metrics.
- `base.Resource` is a table with id, version and tenant; `db.Session` the one transaction of a request, which sees one
  tenant's rows alone (row-level security) and leaves an entry in `audit` for each change.
- `messaging.publish` writes an event in that transaction; it is delivered at least once and has its effect once.
  What cannot be taken in is parked with its reason, and never blocks what is behind it. `events.Event` is their base.
- `timers` do things later, once, whichever replica lives then.
- `problems.Problem` is every refusal: RFC 9457, a stable code, English and Chinese.
- `pages`, `asked`, `search`: lists with cursors, filters that refuse what they do not know, words in both languages.
- `states.StateMachine` says what may be done with a resource now, and if not, why.
- `auth.may` is the permission of a route; `links` lets people without an account do one thing.

It knows nothing of the business that it serves, which defines its roles (`roles.define_roles`) and its words in
Chinese (`naming.name_in_chinese`). An event is about one case of it (`opportunity_id`), within which order is kept.
"""
