#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What reading a raw batch to its end tells of it.
struct ContentSummary: Sendable, Hashable {
    /// Size in bytes.
    let byteSize: Int
    /// SHA-256 of the bytes, hex.
    let sha256: String
}

/// Reads a raw batch from its first byte to its last, in chunks, hashing as it goes.
enum BatchContent {
    /// Bytes read at a time.
    static let chunkSize = 1 << 20

    /// Feeds every chunk to a body.
    ///
    /// - Parameters:
    ///   - source: what is read.
    ///   - check: throws where the reading is to end; asked before each chunk and again and again while a pipe is
    ///     silent.
    ///   - body: receives the chunks.
    /// - Throws: `JobError` (66) where the source cannot be read, or the error of `check` or `body`.
    static func read(
        _ source: BatchSource, check: () throws -> Void = {}, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ContentSummary {
        let descriptor = try open(source)
        defer { if case .file = source.location { close(descriptor) } }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
        defer { buffer.deallocate() }
        let hash = try SHA256Digest()
        var byteSize = 0
        while true {
            try check()
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, 200) == 0 { continue }
            let count = Glue.read(descriptor, buffer.baseAddress, chunkSize)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(source, errno)
            }
            if count == 0 { break }
            let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            try hash.update(chunk)
            byteSize += count
            try body(chunk)
        }
        if case .spooled(let input) = source.location, let content = input.content { return content }
        return ContentSummary(byteSize: byteSize, sha256: try hash.finish())
    }

    /// The hash of a source, read for nothing else.
    ///
    /// - Throws: `JobError` (66) where the source cannot be read.
    static func summarise(_ source: BatchSource, check: () throws -> Void = {}) throws -> ContentSummary {
        if case .spooled(let input) = source.location, let content = input.content { return content }
        return try read(source, check: check) { _ in }
    }

    private static func open(_ source: BatchSource) throws -> Int32 {
        switch source.location {
        case .standardInput:
            return STDIN_FILENO
        case .spooled(let input):
            guard lseek(input.descriptor, 0, SEEK_SET) == 0 else { throw unreadable(source, errno) }
            return input.descriptor
        case .query, .inbox:
            throw JobError(.defect, "\(source.name): its rows were not read before they are needed")
        case .file(let path):
            let descriptor = Glue.open(path)
            guard descriptor >= 0 else { throw unreadable(source, errno) }
            return descriptor
        }
    }

    private static func unreadable(_ source: BatchSource, _ code: Int32) -> JobError {
        JobError(.noInput, "\(source.name) cannot be read: \(String(cString: strerror(code))).")
    }
}

/// The C library's calls, whose names the type above has taken.
private enum Glue {
    static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ size: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer, size)
        #elseif canImport(Musl)
            Musl.read(descriptor, buffer, size)
        #else
            Darwin.read(descriptor, buffer, size)
        #endif
    }

    static func open(_ path: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
            Musl.open(path, O_RDONLY | O_CLOEXEC)
        #else
            Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #endif
    }
}
