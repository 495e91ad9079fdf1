"""What every request meets before and after its route.

- `access`: no route answers without a key
- `errors`: problem documents, which never repeat the input
- `edge`: the outermost layer: bounded bodies, no caching
- `dependencies`: what a route may ask for
- `shapes`: what every shape that a caller sends has in common
- `examples`: how an operation is shown in the contract
"""
