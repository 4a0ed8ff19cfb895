#!/usr/bin/env python3
"""独立校验审计日志导出文件。只需要 Python 3.10 以上版本的标准库，不需要平台的任何代码或数据库。

    python3 verify_audit.py 导出文件.jsonl --checkpoint 000000000012.txt --public-key 04……
    python3 verify_audit.py --proof 证明.json --heads 门户公布的树根.json --public-key 04……

第二种用法核对一条记录的存在证明。证明由 `manage.py audit_proof` 写出；树根取自门户的“日志存证”页，
最好是自己早先保存的副本。
导出文件由 `manage.py audit_export` 写出；检查点文件应取自平台之外保存的副本；公钥由
`manage.py audit_verify --public-key` 输出，应在启用平台时另行保存。退出码：0 完整；1 发现问题；2 文件无法读取。

Written independently of the platform's own code, on purpose: two programs that agree are better evidence than one.
"""

import argparse
import hashlib
import itertools
import json
import re
import struct
import sys

# ---- SM3, GB/T 32905-2016 ----

MASK = 0xFFFFFFFF
SM3_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def rotate(word, bits):
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & MASK


def sm3_in_python(data):
    """The digest, slowly, for a Python whose OpenSSL lacks SM3."""
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    state = SM3_START
    for start in range(0, len(padded), 64):
        state = compress(state, struct.unpack(">16I", padded[start : start + 64]))
    return struct.pack(">8I", *state)


def expand(block):
    words = list(block)
    for j in range(16, 68):
        x = words[j - 16] ^ words[j - 9] ^ rotate(words[j - 3], 15)
        words.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def compress(state, block):
    words = expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = rotate((rotate(a, 12) + e + rotate(constant, j)) & MASK, 7)
        ss2 = ss1 ^ rotate(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & MASK & g)
        tt1 = (ff + d + ss2 + (words[j] ^ words[j + 4])) & MASK
        tt2 = (gg + h + ss1 + words[j]) & MASK
        a, b, c, d = tt1, a, rotate(b, 9), c
        e, f, g, h = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3_in_openssl(data):
    return hashlib.new("sm3", data).digest()


sm3 = sm3_in_openssl if "sm3" in hashlib.algorithms_available else sm3_in_python

# ---- SM2 signature verification, GB/T 32918.2-2016 on the curve of GB/T 32918.5-2017 ----

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER_ID = b"1234567812345678"


def add(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(factor, point):
    total = None
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def is_on_curve(point):
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0


def sm2_verify(public_key, message, signature):
    """公钥为 65 字节（04‖x‖y），签名为 64 字节（r‖s）。"""
    if len(public_key) != 65 or public_key[0] != 4 or len(signature) != 64:
        return False
    key = (int.from_bytes(public_key[1:33], "big"), int.from_bytes(public_key[33:], "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % N
    if not is_on_curve(key) or not 0 < r < N or not 0 < s < N or t == 0:
        return False
    identity = struct.pack(">H", len(SIGNER_ID) * 8) + SIGNER_ID
    z = sm3(identity + b"".join(value.to_bytes(32, "big") for value in (A, B, *G, *key)))
    point = add(multiply(s, G), multiply(t, key))
    return point is not None and (int.from_bytes(sm3(z + message), "big") + point[0]) % N == r


# ---- what is hashed ----

COLUMNS = (
    ("id", b"i"), ("at", b"m"), ("action", b"t"), ("actor_id", b"t"), ("actor_name", b"t"), ("department_code", b"t"),
    ("object_type", b"t"), ("object_id", b"t"), ("object_label", b"t"), ("result", b"t"), ("reason", b"t"),
    ("business_on", b"d"), ("request_id", b"t"), ("source", b"t"), ("detail", b"j"), ("once", b"b"),
)  # fmt: skip
SEAL = (
    ("number", b"i"), ("first_id", b"i"), ("last_id", b"i"), ("size", b"i"), ("root", b"t"), ("previous_hash", b"t"),
    ("sealed_at", b"m"),
)  # fmt: skip


def encode(columns, values):
    out = bytearray(b"credit-audit/1")
    for name, tag in columns:
        value = values[name]
        if value is None:
            out += tag + b"-"
        else:
            data = str(value).encode()
            out += tag + b"+" + struct.pack(">I", len(data)) + data
    return bytes(out)


def merkle_root(leaves):
    """The tree of RFC 6962: the left part is the largest power of two smaller than the whole."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sm3(b"\x01" + merkle_root(leaves[:left]) + merkle_root(leaves[left:]))


# ---- the export ----


class Chain:
    """The seals and leaves of an export, and what is wrong with them."""

    def __init__(self):
        self.seals, self.leaves, self.findings, self.events, self.pending = {}, {}, [], 0, 0

    def read(self, lines):
        for line in map(json.loads, lines):
            kind = line["kind"]
            if kind == "header" and line["format"] != "credit-audit-export/1":
                raise ValueError("未知的导出格式")
            if kind == "seal":
                self.seals[line["number"]] = line
            elif kind == "event":
                self.take_event(line)
            self.pending += kind == "pending"

    def take_event(self, line):
        self.events += 1
        event_id, values = line["event_id"], line["values"]
        leaf = sm3(b"\x00" + encode(COLUMNS, values))
        if values["id"] != str(event_id):
            self.findings.append(f"event_missing：审计记录 {event_id} 已被删除或调换")
        elif leaf.hex() != line["leaf"]:
            self.findings.append(f"event_altered：审计记录 {event_id} 在封存后被改动")
        self.leaves.setdefault(line["seal"], []).append((line["position"], event_id, leaf))

    def check(self):
        expected, previous_hash = 1, "0" * 64
        for number in sorted(self.seals.keys() | self.leaves.keys()):
            seal = self.seals.get(number)
            if seal is None or number != expected:
                self.findings.append(f"seal_missing：封存 {number} 或其之前缺少一环")
            if seal is None:
                continue
            if number == expected and seal["previous_hash"] != previous_hash:
                self.findings.append(f"chain_broken：封存 {number} 没有接上前一环")
            if sm3(b"\x02" + encode(SEAL, seal)).hex() != seal["hash"]:
                self.findings.append(f"seal_altered：封存 {number} 与其封存值不符")
            self.check_batch(seal, self.leaves.get(number, []))
            expected, previous_hash = number + 1, seal["hash"]

    def check_batch(self, seal, batch):
        ids = [event_id for _, event_id, _ in batch]
        complete = [position for position, _, _ in batch] == list(range(seal["size"])) and ids == sorted(ids)
        if not complete or not ids or (ids[0], ids[-1]) != (seal["first_id"], seal["last_id"]):
            self.findings.append(f"entries_mismatch：封存 {seal['number']} 的条数或顺序不符")
        if not batch or merkle_root([leaf for _, _, leaf in batch]).hex() != seal["root"]:
            self.findings.append(f"root_mismatch：封存 {seal['number']} 的内容与默克尔根不符")

    def head_findings(self, heads):
        """Published heads against the lines of the export."""
        for head in heads:
            seals = range(head["first_seal"], head["last_seal"] + 1)
            leaves = [leaf for number in seals for _, _, leaf in self.leaves.get(number, [])]
            if (merkle_root(leaves).hex() if leaves else sm3(b"").hex()) != head["root"]:
                yield f"head_mismatch：第 {head['number']} 号树根与导出的行不符"

    def compare(self, path, public_key):
        note = read_note(path)
        if public_key and not sm2_verify(public_key, note["signed"].encode(), bytes.fromhex(note["signature"])):
            self.findings.append(f"checkpoint_unsigned：{path} 的签名不是该公钥所签")
        number = int(note["seal"])
        counted = sum(seal["size"] for seal in self.seals.values() if seal["number"] <= number)
        if number > max(self.seals, default=0):
            self.findings.append(f"checkpoint_ahead：{path} 比导出的封存链更新，链尾可能被截断")
        elif number not in self.seals or (self.seals[number]["hash"], counted) != (note["hash"], int(note["events"])):
            self.findings.append(f"checkpoint_mismatch：封存链与 {path} 不一致，可能被整体重算")


NOTE = re.compile(
    r"(?P<signed>credit audit checkpoint 1\norigin: [0-9A-Za-z-]+\nseal: (?P<seal>[0-9]+)\nevents: (?P<events>[0-9]+)\n"
    r"hash: (?P<hash>[0-9a-f]{64})\nwritten_at: [0-9TZ:.-]+\n)signature: (?P<signature>[0-9a-f]{128})\n"
)


def read_note(path):
    with open(path, encoding="utf-8") as file:
        match = NOTE.fullmatch(file.read())
    if match is None:
        raise ValueError(f"检查点文件 {path} 的内容不完整或被改动")
    return match.groupdict()


# ---- tree heads and proofs ----

HEAD = (
    ("number", b"i"), ("since", b"m"), ("until", b"m"), ("first_seal", b"i"), ("last_seal", b"i"), ("size", b"i"),
    ("total", b"i"), ("root", b"t"), ("previous_hash", b"t"),
)  # fmt: skip


def climb(leaf, index, size, path):
    """The root that a leaf and its neighbours lead to (RFC 9162, section 2.1.3.2); None when the path does not fit."""
    node, last = leaf, size - 1
    if not 0 <= index < size:
        return None
    for neighbour in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = sm3(b"\x01" + neighbour + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sm3(b"\x01" + node + neighbour)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def head_findings(head, public_key):
    """What is wrong with one published head by itself."""
    name = f"第 {head['number']} 号树根"
    if sm3(b"\x03" + encode(HEAD, head)).hex() != head["hash"]:
        yield f"head_altered：{name}的内容与其散列不符"
    text = f"credit audit tree head 1\norigin: {head['origin']}\nnumber: {head['number']}\nhash: {head['hash']}\n"
    key = public_key or bytes.fromhex(head["public_key"])
    if not sm2_verify(key, text.encode(), bytes.fromhex(head["signature"])):
        yield f"head_unsigned：{name}的签名不是该公钥所签"


def chain_findings(heads, public_key):
    """Whether published heads follow one another: a later one must contain everything the earlier ones said."""
    ordered = sorted(heads, key=lambda head: head["number"])
    for head in ordered:
        yield from head_findings(head, public_key)
    for one, next_one in itertools.pairwise(ordered):
        follows = next_one["number"] == one["number"] + 1 and next_one["previous_hash"] == one["hash"]
        grows = next_one["total"] == one["total"] + next_one["size"] and next_one["since"] == one["until"]
        if not (follows and grows):
            yield f"head_broken：第 {next_one['number']} 号树根没有接上前一日"


def proof_findings(proof, heads, public_key):
    """What is wrong with a proof; heads: the published ones by number, to compare with."""
    head = proof["head"]
    yield from head_findings(head, public_key)
    leaf = sm3(b"\x00" + encode(COLUMNS, proof["values"]))
    root = climb(leaf, proof["index"], head["size"], [bytes.fromhex(node) for node in proof["path"]])
    if root is None or root.hex() != head["root"]:
        yield f"proof_wrong：审计记录 {proof['values']['id']} 不在第 {head['number']} 号树根之下"
    if heads and heads.get(head["number"], {}).get("hash") != head["hash"]:
        yield f"head_republished：证明中的第 {head['number']} 号树根与公布的不一致"


def check_proof(options):
    """Print what the proof is worth and return the exit code."""
    proof, heads = read_json(options.proof), read_json(options.heads)["heads"] if options.heads else []
    if proof["format"] not in ("credit-audit-proof/1", "credit-audit-evidence/1"):
        raise ValueError("未知的证明格式")
    by_number = {head["number"]: head for head in heads}
    findings = list(chain_findings(heads, options.public_key))
    for one in proof.get("proofs", [proof]):
        findings += proof_findings(one, by_number, options.public_key)
        head = one["head"]
        print(f"审计记录 {one['values']['id']}，第 {head['number']} 号树根（至 {head['until']}，{head['size']} 行）。")
    if proof.get("pending"):
        print(f"注意：另有 {len(proof['pending'])} 条记录当日树根尚未签署，没有证明。")
    for finding in findings:
        print("  " + finding)
    if not heads:
        print("注意：没有给出公布的树根，只证明记录与证明所带的树根一致，不能证明平台当时公布的就是它。")
    if not options.public_key:
        print("注意：没有给出公钥，签名只用文件自带的公钥核对。")
    print(f"发现 {len(findings)} 项问题。" if findings else "证明成立：所列记录在树根之下，内容未被改动。")
    return 1 if findings else 0


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# ---- self-test and command line ----

SM3_VECTORS = (  # GB/T 32905-2016, annex A
    (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
)
SM2_VECTOR = (  # GB/T 32918.5-2017, annex A.2
    "04" "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    b"message digest",
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
)  # fmt: skip


def self_test():
    """Refuse to judge anything with arithmetic that does not reproduce the standards' own examples."""
    key, message, signature = SM2_VECTOR
    right = all(digest(data).hex() == hexed for data, hexed in SM3_VECTORS for digest in (sm3, sm3_in_python))
    if not right or not sm2_verify(bytes.fromhex(key), message, bytes.fromhex(signature)):
        raise SystemExit("自检失败：SM2 或 SM3 的计算结果与国家标准示例不符。")


def main(arguments=None):
    parser = argparse.ArgumentParser(description="独立校验审计日志导出文件，或者一条记录的存在证明。")
    parser.add_argument("export", nargs="?", help="audit_export 写出的文件")
    parser.add_argument("--checkpoint", action="append", default=[], help="检查点文件，可多次给出")
    parser.add_argument("--proof", help="audit_proof 写出的存在证明")
    parser.add_argument("--heads", help="门户公布的每日树根（JSON）")
    parser.add_argument("--public-key", type=bytes.fromhex, default=b"", help="验签公钥（十六进制）")
    options = parser.parse_args(arguments)
    if bool(options.export) == bool(options.proof):
        parser.error("请给出导出文件，或者用 --proof 给出一份证明")
    self_test()
    try:
        return check_proof(options) if options.proof else check_export(options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"文件无法读取：{error}", file=sys.stderr)
        return 2


def check_export(options):
    """Print what is wrong with an export and return the exit code."""
    chain = Chain()
    with open(options.export, encoding="utf-8") as file:
        chain.read(file)
    chain.check()
    heads = read_json(options.heads)["heads"] if options.heads else []
    chain.findings += [*chain_findings(heads, options.public_key), *chain.head_findings(heads)]
    for path in options.checkpoint:
        chain.compare(path, options.public_key)
    print(f"封存 {len(chain.seals)} 批，已封存 {chain.events} 条，待封存 {chain.pending} 条。")
    for finding in chain.findings:
        print("  " + finding)
    if not options.checkpoint and not heads:
        print("注意：没有给出检查点或公布的树根，无法发现整体重算或链尾截断。")
    elif not options.public_key:
        print("注意：没有给出公钥，未核对签名。")
    print(f"发现 {len(chain.findings)} 项问题。" if chain.findings else "审计日志完整。")
    return 1 if chain.findings else 0


if __name__ == "__main__":
    sys.exit(main())
