"""The curve secp256k1 and ECDSA on it (SEC 1, SEC 2), with the nonces of RFC 6979.

Slow and not constant time: it is here to be read. Secrets are integers in 1 … N-1.
"""

from functools import lru_cache

from hashes import hmac_sha256

P = 2**256 - 2**32 - 977  # the field
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # the order of the group
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)

# Points are computed in Jacobian coordinates: (X, Y, Z) is (X/Z², Y/Z³), and Z = 0 is infinity.
# This saves one division in the field for each addition.
INFINITY = (0, 1, 0)


def double(p):
    x, y, z = p
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * x * x % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def add(p, q):
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    x1, y1, z1 = p
    x2, y2, z2 = q
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    if u1 == u2:
        return double(p) if s1 == s2 else INFINITY
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P


def affine(p):
    """(x, y), or None at infinity."""
    if p[2] == 0:
        return None
    inverse = pow(p[2], -1, P)
    square = inverse * inverse % P
    return p[0] * square % P, p[1] * square * inverse % P


def multiply(k, point):
    """k times an affine point, by doubling and adding."""
    base, total = (*point, 1), INFINITY
    for bit in bin(k % N)[2:]:
        total = double(total)
        if bit == "1":
            total = add(total, base)
    return total


def _table_of_g():
    """d · 16^i · G for each digit d of a hexadecimal number with 64 places."""
    table, base = [], (*G, 1)
    for _ in range(64):
        row = [INFINITY]
        for _ in range(15):
            row.append(add(row[-1], base))
        table.append(row)
        base = add(row[-1], base)
    return table


_TABLE = _table_of_g()


def multiply_g(k):
    total = INFINITY
    for row in _TABLE:
        total = add(total, row[k & 15])
        k >>= 4
    return total


# --- keys ---------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def public_key(secret):
    """The 33 bytes of a compressed public key (SEC 1, 2.3.3): parity of y, then x."""
    x, y = affine(multiply_g(secret))
    return bytes([2 + (y & 1)]) + x.to_bytes(32, "big")


@lru_cache(maxsize=4096)
def parse_public_key(data):
    """The point of 33 bytes; ValueError if there is none."""
    if len(data) != 33 or data[0] not in (2, 3):
        raise ValueError("a public key is 33 bytes and begins with 02 or 03")
    x = int.from_bytes(data[1:], "big")
    y = pow(x**3 + 7, (P + 1) // 4, P)
    if x >= P or (y * y - x**3 - 7) % P != 0:
        raise ValueError("not a point of the curve")
    return x, y if y & 1 == data[0] & 1 else P - y


def parse_secret(data):
    secret = int.from_bytes(data, "big")
    if len(data) != 32 or not 0 < secret < N:
        raise ValueError("a secret key is 32 bytes, between 1 and the order of the group")
    return secret


# --- ECDSA --------------------------------------------------------------------------------------


def nonce(digest, secret):
    """RFC 6979, 3.2, with SHA-256 and nothing added: the same signature every time."""
    x = secret.to_bytes(32, "big")
    h = (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    key, v = bytes(32), b"\x01" * 32
    key = hmac_sha256(key, v + b"\x00" + x + h)
    v = hmac_sha256(key, v)
    key = hmac_sha256(key, v + b"\x01" + x + h)
    v = hmac_sha256(key, v)
    while True:
        v = hmac_sha256(key, v)
        k = int.from_bytes(v, "big")
        if 0 < k < N:
            return k
        key = hmac_sha256(key, v + b"\x00")
        v = hmac_sha256(key, v)


def sign_raw(digest, secret, k):
    """(r, s) as the arithmetic gives them: s may be high."""
    r = affine(multiply_g(k))[0] % N
    return r, (int.from_bytes(digest, "big") + r * secret) * pow(k, -1, N) % N


def low(s):
    """BIP 62: of s and N - s, which are both valid, relay takes the lower one."""
    return min(s, N - s)


@lru_cache(maxsize=1024)
def sign(digest, secret):
    r, s = sign_raw(digest, secret, nonce(digest, secret))
    return r, low(s)


def verify(digest, r, s, public):
    if not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    z = int.from_bytes(digest, "big")
    point = affine(add(multiply_g(z * w % N), multiply(r * w % N, parse_public_key(public))))
    return point is not None and point[0] % N == r
