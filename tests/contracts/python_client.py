"""openapi-python-client, as its command does it, in half the time: what it reads of the document it need not copy."""

import gc

from openapi_python_client import cli, schema


def main() -> None:
    """It copies each endpoint several times to change the copy, and with it every schema that the endpoint refers to.

    Those are never changed: what is generated is the same to the byte. It ends before garbage is worth collecting.
    """
    gc.disable()
    for read_only in (schema.Schema, schema.Reference):
        read_only.__deepcopy__ = lambda self, _memo: self  # type: ignore[method-assign, misc]
    cli.app()


if __name__ == "__main__":
    main()
