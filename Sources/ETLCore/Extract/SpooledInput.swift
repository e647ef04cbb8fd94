internal import Foundation

/// Standard input, kept in an unnamed temporary file: so a slow pipe holds up no transaction, and a batch whose
/// connection broke can be read once more.
struct SpooledInput: Sendable, Hashable {
    /// The file, open to the end of the process, after which the system removes it.
    let descriptor: Int32
    /// Size in bytes.
    let byteSize: Int

    /// Reads standard input to its end.
    ///
    /// - Parameter check: throws where the reading is to end; asked again and again, also while the pipe is silent.
    /// - Throws: `JobError` (69) where there is no room for it, (66) where it cannot be read; or the error of `check`.
    static func take(_ source: BatchSource, check: () throws -> Void) throws -> SpooledInput {
        let folder = FileManager.default.temporaryDirectory.path
        var path = Array("\(folder)/etl-job-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw noRoom(folder) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do {
            let content = try BatchContent.read(source, check: check) { chunk in
                var rest = chunk
                while !rest.isEmpty {
                    let count = write(descriptor, rest.baseAddress, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count >= 0 else { throw noRoom(folder) }
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
            }
            return SpooledInput(descriptor: descriptor, byteSize: content.byteSize)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func noRoom(_ folder: String) -> JobError {
        JobError(
            .unavailable, "Standard input cannot be kept in \(folder): \(systemErrorText()).",
            advice: "Make room there, name another folder with TMPDIR, or load the batch from a file.")
    }
}
