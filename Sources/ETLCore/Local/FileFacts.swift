#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What the file system says of a file.
struct FileFacts: Sendable, Equatable {
    let isDirectory: Bool
    let isSymbolicLink: Bool
    let owner: UInt32
    let group: UInt32
    /// The permission bits.
    let mode: UInt32
    let size: Int
    /// Its number within its file system, which it keeps when it is moved; a copy gets another.
    let inode: UInt64
    private let device: UInt64

    /// The facts of a path; nil where there is none or they may not be read.
    ///
    /// - Parameter followingLinks: whether a symbolic link stands for its target.
    init?(_ path: String, followingLinks: Bool = false) {
        var facts = stat()
        guard (followingLinks ? stat(path, &facts) : lstat(path, &facts)) == 0 else { return nil }
        self.init(facts)
    }

    /// The facts of an open file.
    init?(descriptor: Int32) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        self.init(facts)
    }

    private init(_ facts: stat) {
        let kind = facts.st_mode & S_IFMT
        isDirectory = kind == S_IFDIR
        isSymbolicLink = kind == S_IFLNK
        owner = facts.st_uid
        group = facts.st_gid
        mode = UInt32(facts.st_mode) & 0o7777
        size = Int(facts.st_size)
        device = UInt64(truncatingIfNeeded: facts.st_dev)
        inode = UInt64(facts.st_ino)
    }

    /// Whether both are the same file, whatever their paths.
    func isSameFile(as other: FileFacts) -> Bool { device == other.device && inode == other.inode }

    /// Whether the permission bits let a user enter the directory or execute the file.
    func letsExecute(uid: UInt32, gid: UInt32) -> Bool {
        if owner == uid { return mode & 0o100 != 0 }
        if group == gid { return mode & 0o010 != 0 }
        return mode & 0o001 != 0
    }
}

/// The path with all symbolic links resolved; nil where it does not exist.
func resolvedPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// What the last failed call of the system said.
func systemErrorText() -> String { String(cString: strerror(errno)) }

/// The start of a text file, up to `limit` bytes; nil where it cannot be read.
///
/// A symbolic link is not followed.
func smallFile(_ path: String, limit: Int = 8192) -> String? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
        let length = bytes[count...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard length > 0 else { break }
        count += length
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
}
