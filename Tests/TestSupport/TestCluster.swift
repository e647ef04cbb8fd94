@testable import ETLCore
import Foundation
public import PostgresClient
import Synchronization

/// A server of a test's own on a port of 127.0.0.1, which may be crashed, filled up and promoted.
///
/// Stopped and removed when nobody refers to it any more, at the latest at the end of the process.
public final class TestCluster: Sendable {
    /// How the server is stopped.
    public enum StopMode: String, Sendable {
        /// As by a crash: connections break, and the next start recovers from the log.
        case immediate
        /// Transactions are rolled back and all is written.
        case fast
    }

    /// The port of 127.0.0.1.
    public let port: UInt16
    /// The data directory.
    public let data: String
    private let user: ServerUser
    private let programs: ServerPrograms
    private let cleanup: Int

    private init(_ user: ServerUser, _ programs: ServerPrograms) throws {
        let data = try temporaryFolder() + "/data"
        self.data = data
        self.user = user
        self.programs = programs
        port = try freePort()
        try user.makePrivateFolder(data)
        cleanup = Cleanup.atEnd { Self.remove(data) }
    }

    deinit {
        Self.remove(data)
        Cleanup.forget(cleanup)
    }

    /// Makes and starts a server with an empty database `etl` of the superuser `etl`.
    ///
    /// - Parameters:
    ///   - settings: lines of its configuration.
    ///   - isMigrated: whether the job's tables are made.
    public static func start(_ settings: [String] = [], isMigrated: Bool = true) async throws -> TestCluster {
        let user = try ServerUser.current()
        let cluster = try TestCluster(user, try await ServerPrograms.find(major: nil, user: user))
        try await cluster.run(
            "initdb",
            [
                "--pgdata=\(cluster.data)", "--username=etl", "--auth=trust", "--encoding=UTF8", "--locale=C",
                "--no-sync",
            ])
        try cluster.configure(
            [
                // A crash of the server loses nothing that the system has: without fsync tests are quick.
                "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off",
                "shared_buffers = '32MB'", "wal_keep_size = '256MB'", "max_wal_senders = 5",
            ] + settings)
        try await cluster.start()
        let connection = try Connection(database: cluster.url(database: "postgres"))
        try connection.execute(Statement(name: "create_database", sql: "create database etl"))
        if isMigrated {
            let outcome = try await cluster.program(in: temporaryFolder()).run("migrate")
            guard outcome.code == 0 else { throw HarnessError("migrate failed: \(outcome.errors)") }
        }
        return cluster
    }

    /// Makes and starts a standby of this server.
    ///
    /// - Parameter name: the name by which `synchronous_standby_names` may name it.
    public func standby(name: String) async throws -> TestCluster {
        let standby = try TestCluster(user, programs)
        try await run(
            "pg_basebackup",
            ["--pgdata=\(standby.data)", "--dbname=\(url(database: "postgres"))", "--checkpoint=fast", "--no-sync"])
        try standby.configure(["primary_conninfo = 'host=127.0.0.1 port=\(port) user=etl application_name=\(name)'"])
        try Data().write(to: URL(fileURLWithPath: "\(standby.data)/standby.signal"))
        try await standby.start()
        return standby
    }

    // MARK: - Control

    /// Starts the server and waits until it takes connections.
    public func start() async throws {
        try await run(
            "pg_ctl", ["start", "-w", "-s", "-D", data, "-l", "\(data)/server.log", "-o", "-p \(port)"])
    }

    /// Stops the server and waits for its end.
    public func stop(_ mode: StopMode) async throws {
        try await run("pg_ctl", ["stop", "-w", "-s", "-D", data, "-m", mode.rawValue])
    }

    /// Crashes the server from a thread that cannot await: as `stop(.immediate)`.
    public func crash() { if let pid = Self.serverPID(data) { stopServer(pid, by: SIGQUIT) } }

    /// Makes a standby a primary.
    public func promote() async throws { try await run("pg_ctl", ["promote", "-w", "-s", "-D", data]) }

    /// Adds lines to the configuration; the last of a name holds from the next start or reload on.
    public func configure(_ settings: [String]) throws { try append(settings, to: "postgresql.conf") }

    /// Puts lines in front of those that say who may connect.
    public func authenticate(_ lines: [String]) throws {
        let path = "\(data)/pg_hba.conf"
        let others = try String(contentsOfFile: path, encoding: .utf8)
        try write(lines.joined(separator: "\n") + "\n" + others, to: path)
    }

    /// Has the server read its configuration again.
    public func reload() async throws { try await run("pg_ctl", ["reload", "-s", "-D", data]) }

    /// The last lines of the server's log.
    public var log: String {
        let text = (try? String(contentsOfFile: "\(data)/server.log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }

    // MARK: - Use

    /// A connection URL, also one of two hosts.
    public func url(
        database: String = "etl", user: String = "etl", password: String? = nil, or other: TestCluster? = nil
    ) -> String {
        let hosts = [self, other].compactMap { $0.map { "127.0.0.1:\($0.port)" } }.joined(separator: ",")
        return "postgresql://\(user)\(password.map { ":\($0)" } ?? "")@\(hosts)/\(database)"
    }

    /// A connection for looking at the tables.
    public func connection() throws -> Connection { try Connection(database: url()) }

    /// The job, using this server, or this one and another.
    public func program(in folder: String, or other: TestCluster? = nil) -> Program {
        Program(folder: folder, environment: ["DATABASE_URL": url(or: other)])
    }

    /// The psql of the server's version.
    public var psql: String { programs.path("psql") }

    /// Gives a file or folder to the user that the server runs as.
    public func give(_ folder: String) throws {
        if user.isAnother, chown(folder, user.uid, user.gid) != 0 { throw HarnessError("cannot chown \(folder)") }
    }

    // MARK: - Helpers

    private func run(_ program: String, _ arguments: [String]) async throws {
        let result = try await user.run(programs.path(program), arguments)
        guard result.succeeded else {
            throw HarnessError("\(program) failed (\(result.ending)): \(result.output)\n\(log)")
        }
    }

    private func append(_ lines: [String], to name: String) throws {
        let path = "\(data)/\(name)"
        let before = try String(contentsOfFile: path, encoding: .utf8)
        try write(before + lines.joined(separator: "\n") + "\n", to: path)
    }

    /// Writes into the file that is there, so that it stays the server's.
    private func write(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private static func serverPID(_ data: String) -> Int32? {
        let text = try? String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { Int32($0) }.flatMap { $0 > 1 ? $0 : nil }
    }

    private static func remove(_ data: String) {
        if let pid = serverPID(data) { stopServer(pid, by: SIGQUIT) }
        try? FileManager.default.removeItem(atPath: (data as NSString).deletingLastPathComponent)
    }
}
