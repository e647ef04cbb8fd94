internal import Logging

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The lock that lets one job at a time start, stop or destroy the server of a folder; held until it is released.
final class StateLock {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// Waits for the lock of a state folder.
    ///
    /// - Parameter prepare: makes the state folder where it is missing; called before each attempt.
    /// - Throws: `JobError` (78) where the lock's file cannot be made; what `prepare` throws.
    static func acquire(_ path: String, logger: Logger, prepare: () throws -> Void) async throws -> StateLock {
        var hasWaited = false
        while true {
            try prepare()
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if descriptor < 0 && errno == ENOENT { continue }
            guard descriptor >= 0 else {
                throw JobError(.configuration, "Cannot open \(path): \(systemErrorText()).")
            }
            let lock = StateLock(descriptor)
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EWOULDBLOCK || errno == EINTR else {
                    throw JobError(.configuration, "Cannot lock \(path): \(systemErrorText()).")
                }
                if !hasWaited {
                    logger.info("Waiting for another job that is starting or stopping the private PostgreSQL")
                    hasWaited = true
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            // Whoever destroyed the state meanwhile removed this file: the lock of a removed file guards nothing.
            if let held = FileFacts(descriptor: descriptor), let named = FileFacts(path), held.isSameFile(as: named) {
                return lock
            }
        }
    }

    /// Lets the next job in.
    func release() { flock(descriptor, LOCK_UN) }
}
