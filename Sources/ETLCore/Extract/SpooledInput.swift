internal import Foundation

/// Raw rows kept in an unnamed temporary file: so a slow source holds up no transaction, and a batch whose connection
/// broke can be read once more.
final class SpooledInput: Sendable {
    /// The file; the system removes it when it is closed.
    let descriptor: Int32
    /// What the rows are called, as the ledger keeps it.
    let name: String
    /// Size of the file in bytes.
    let byteSize: Int
    /// Size and digest of the rows where they came from SQL; nil where those of the file hold.
    let content: ContentSummary?

    private init(descriptor: Int32, name: String, byteSize: Int, content: ContentSummary?) {
        (self.descriptor, self.name, self.byteSize, self.content) = (descriptor, name, byteSize, content)
    }

    deinit { close(descriptor) }

    /// Keeps what a body sends.
    ///
    /// - Parameters:
    ///   - name: what the rows are called.
    ///   - fill: sends the bytes in pieces; returns size and digest of the rows, or nil for those of the file.
    /// - Throws: `JobError` (69) where there is no room, or the error of `fill`.
    static func keep(
        _ name: String, _ fill: (@escaping (UnsafeRawBufferPointer) throws -> Void) throws -> ContentSummary?
    ) throws -> SpooledInput {
        let folder = FileManager.default.temporaryDirectory.path
        var path = Array("\(folder)/etl-job-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw noRoom(name, folder) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do {
            let content = try fill { chunk in
                var rest = chunk
                while !rest.isEmpty {
                    let count = write(descriptor, rest.baseAddress, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count >= 0 else { throw noRoom(name, folder) }
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
            }
            let byteSize = Int(lseek(descriptor, 0, SEEK_CUR))
            return SpooledInput(descriptor: descriptor, name: name, byteSize: byteSize, content: content)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func noRoom(_ name: String, _ folder: String) -> JobError {
        JobError(
            .unavailable, "The rows of \(name) cannot be kept in \(folder): \(systemErrorText()).",
            advice: "Make room there, or name another folder with TMPDIR.")
    }
}

extension SpooledInput: Hashable {
    static func == (left: SpooledInput, right: SpooledInput) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
