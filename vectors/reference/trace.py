"""A vector's values in order: name, encoding, value. All values are strings, so that comparing is easy."""


class Trace:
    def __init__(self, prefix="", parent=None):
        self.parent = parent
        self.prefix = (parent.prefix if parent else "") + prefix
        self.values = parent.values if parent else {}
        self.results = parent.results if parent else []

    def inside(self, prefix):
        """The same trace, with names that begin so."""
        return Trace(prefix, self)

    def _put(self, name, encoding, value, marks):
        name = self.prefix + name
        if name in self.values:
            raise ValueError(f"{name} is shown twice")
        if marks.pop("result", False):
            self.results.append(name)
        self.values[name] = {"name": name, "encoding": encoding, "value": value} | marks

    def hex(self, name, data, **marks):
        self._put(name, "hex", data.hex(), marks)

    def txid(self, name, data, **marks):
        """Hashes of transactions are shown reversed, as bitcoind shows them."""
        self._put(name, "txid", data[::-1].hex(), marks)

    def int(self, name, number, **marks):
        self._put(name, "int", str(number), marks)

    def bool(self, name, value, **marks):
        self._put(name, "bool", "true" if value else "false", marks)

    def text(self, name, value, **marks):
        self._put(name, "text", value, marks)

    def asm(self, name, value, **marks):
        self._put(name, "asm", value, marks)

    def path(self, name, value, **marks):
        self._put(name, "path", value, marks)

    def signature(self, name, data, digest, public, **marks):
        names = {"digest": self._known(digest), "public": self._known(public)}
        self._put(name, "hex", data.hex(), {"signature": names} | marks)

    def _known(self, name):
        """A name that stands under this prefix, or else under a shorter one."""
        if self.prefix + name in self.values or not self.parent:
            return self.prefix + name
        return self.parent._known(name)

    def steps(self):
        return [v for n, v in self.values.items() if n not in self.results]

    def result(self):
        return [self.values[n] for n in self.results]
