"""Citizens' own doors: hand a matter in, follow it by number and query code, add, urge, rate.

`service` is what the public API calls. Nobody signs in; the telephone number and the query code
(查询码) together are the key, and the answer tells no more than the citizen knows.
"""
