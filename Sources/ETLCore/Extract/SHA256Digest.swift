internal import CLibCrypto

/// SHA-256 of bytes that come in pieces, by OpenSSL's libcrypto, which libpq brings along.
final class SHA256Digest {
    private let context: OpaquePointer

    /// Begins a digest.
    ///
    /// - Throws: `JobError` (70) where libcrypto has no memory or no SHA-256.
    init() throws {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw Self.failure }
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw Self.failure }
    }

    /// Ends the digest and returns its 32 bytes.
    func finishBytes() throws -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw Self.failure }
        return digest
    }

    /// Ends the digest and returns it as 64 hex digits.
    func finish() throws -> String {
        let digest = try finishBytes()
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of bytes, as 32 bytes.
    static func bytes(of data: UnsafeRawBufferPointer) throws -> [UInt8] {
        let digest = try SHA256Digest()
        try digest.update(data)
        return try digest.finishBytes()
    }

    /// The digest of a text's UTF-8 bytes, as 64 hex digits.
    static func hex(of text: String) throws -> String {
        let digest = try SHA256Digest()
        try Array(text.utf8).withUnsafeBytes(digest.update)
        return try digest.finish()
    }

    private static var failure: JobError { JobError(.defect, "libcrypto cannot compute SHA-256") }
}
