#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes one file under a temporary name in its folder and renames it when it is complete.
///
/// Released without `commit()` it leaves nothing behind. The temporary name starts with a dot and ends in
/// `.tmp`, so what a kill leaves there is never taken for a batch.
final class SampleFileWriter {
    let path: String
    private(set) var bytesWritten = 0
    private let temporaryPath: String
    /// −1 once closed.
    private var descriptor: Int32
    private var isCommitted = false

    init(path: String) throws(SampleError) {
        self.path = path
        let nameStart = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        temporaryPath = "\(path[..<nameStart]).\(path[nameStart...]).\(getpid()).tmp"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Self.failure("create", temporaryPath) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }

    func write(_ buffer: borrowing SampleBuffer) throws(SampleError) {
        try buffer.withBytes { (bytes) throws(SampleError) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let chunk = UnsafeRawBufferPointer(rebasing: rest)
                let written = systemWrite(descriptor, chunk.baseAddress, chunk.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw Self.failure("write", path)
                }
                rest = rest.dropFirst(written)
                bytesWritten += written
            }
        }
    }

    /// Closes the file and gives it its name.
    ///
    /// Some file systems tell of a full disk only here.
    func commit() throws(SampleError) {
        let result = close(descriptor)
        // Also a close that failed has released the descriptor.
        descriptor = -1
        if result != 0 { throw Self.failure("write", path) }
        if rename(temporaryPath, path) != 0 { throw Self.failure("replace", path) }
        isCommitted = true
    }
}

extension SampleFileWriter {
    /// Whether anything has this name, a dangling link included.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Creates a folder and its parents where they are missing.
    static func createFolder(_ path: String) throws(SampleError) {
        if isFolder(path) { return }
        if let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex {
            try createFolder(String(path[..<slash]))
        }
        if mkdir(path, 0o777) != 0 {
            let code = errno
            if code == EEXIST {
                if isFolder(path) { return }
                throw failure("write into", path, code: ENOTDIR)
            }
            throw failure("create the folder", path, code: code)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func failure(_ doing: String, _ path: String, code: Int32 = errno) -> SampleError {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return .fileOperation(doing: doing, path: path, code: code, reason: reason)
    }
}

/// The C function, which the method `write` hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
