import Foundation

/// A small file system in memory, for filling it up; unmounted when nobody refers to it any more.
public final class SmallDisk: Sendable {
    /// Where it is mounted.
    public let path: String
    private let cleanup: Int

    /// Mounts a file system of some megabytes, which takes root or a `sudo` that asks for no password.
    ///
    /// - Throws: `HarnessError` where that fails: a test without it would prove nothing.
    public init(megabytes: Int) async throws {
        let path = try temporaryFolder()
        let code = try await Self.run(["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=755", "tmpfs", path])
        guard code == 0 else {
            throw HarnessError("mount -t tmpfs failed with \(code): the test of a full disk needs root or sudo -n")
        }
        self.path = path
        cleanup = Cleanup.atEnd { Self.unmount(path) }
    }

    deinit {
        Self.unmount(path)
        Cleanup.forget(cleanup)
    }

    /// Fills the disk up to some free bytes.
    public func fill(leaving bytes: Int) throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = (attributes[.systemFreeSize] as? NSNumber)?.intValue else {
            throw HarnessError("the free size of \(path) is not told")
        }
        try Data(repeating: 1, count: max(free - bytes, 0)).write(to: URL(fileURLWithPath: "\(path)/filler"))
    }

    /// Makes room again.
    public func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(path)/filler") }

    private static func run(_ command: [String]) async throws -> Int32 {
        let program = try start(command)
        return try await program.outcome(within: 30).code
    }

    private static func start(_ command: [String]) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/env", geteuid() == 0 ? command : ["sudo", "-n"] + command,
            variables: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], folder: "/", input: .text(""))
    }

    /// Lazily: what still uses the disk keeps it until it ends.
    private static func unmount(_ path: String) {
        guard let program = try? start(["umount", "-l", path]) else { return }
        while program.isRunning { usleep(1000) }
        try? FileManager.default.removeItem(atPath: path)
    }
}
