/// The digest of rows from SQL, which have no order of their own: equal rows in any order have an equal digest.
///
/// SHA-256 over the number of rows and the sum, modulo 2²⁵⁶, of the SHA-256 of each row's canonical text.
struct RowSetDigest {
    private var count = 0
    private var sum = [UInt64](repeating: 0, count: 4)

    /// Takes in a row.
    ///
    /// - Throws: `JobError` (70) where libcrypto fails.
    mutating func add(_ row: UnsafeRawBufferPointer) throws {
        let hash = try SHA256Digest.bytes(of: row)
        count += 1
        var carry: UInt64 = 0
        for limb in (0..<4).reversed() {
            let value = hash[(limb * 8)..<(limb * 8 + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let (first, overflowed) = sum[limb].addingReportingOverflow(value)
            let (second, carried) = first.addingReportingOverflow(carry)
            sum[limb] = second
            carry = (overflowed ? 1 : 0) + (carried ? 1 : 0)
        }
    }

    /// The digest, as 64 hex digits.
    ///
    /// - Throws: `JobError` (70) where libcrypto fails.
    func finish() throws -> String {
        try SHA256Digest.hex(of: "\(count):" + sum.map { String($0, radix: 16) }.joined(separator: ","))
    }
}
