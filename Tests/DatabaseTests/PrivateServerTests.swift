import Foundation
import Logging
import PostgresClient
import Testing

@testable import ETLCore

@Suite("Private server")
struct PrivateServerTests {
    @Test("From nothing to a query, and a second start finds it running")
    func startsFromNothing() async throws {
        try await PrivateServerFolder.use { folder in
            let server = folder.server
            #expect(try server.status() == .notCreated)
            #expect(!PrivateServer.exists(in: folder.path))
            let first = try await server.start()
            #expect(PrivateServer.exists(in: folder.path))
            #expect(try one(first) == "1")
            #expect(first.version().hasPrefix("\(first.files.majorVersion)"))
            #expect(try await server.start() == first)
            #expect(try server.status() == .running(first))
            let text = try await PrivateServer.startedConnectionString(in: folder.path, logger: folder.logger)
            #expect(text == first.connectionString)
        }
    }

    @Test("Two starts at once make one server")
    func startsOnce() async throws {
        try await PrivateServerFolder.use { folder in
            async let first = folder.server.start()
            async let second = folder.server.start()
            let (one, other) = try await (first, second)
            #expect(one == other)
        }
    }

    @Test("A stopped server stops once and starts again with its data")
    func stops() async throws {
        try await PrivateServerFolder.use { folder in
            let first = try await folder.server.start()
            let table = Statement(name: "create", sql: "create table kept as select 7 as number")
            _ = try connect(first).execute(table)
            #expect(try await folder.server.stop())
            #expect(try await !folder.server.stop())
            #expect(!ServerProcess.isAlive(first.pid))
            #expect(try folder.server.status() == .stopped(first.files))
            let second = try await folder.server.start()
            #expect(try one(second, "select number::text as value from kept") == "7")
        }
    }

    @Test("Destroy removes all, and refuses what is not its own")
    func destroys() async throws {
        try await PrivateServerFolder.use { folder in
            #expect(try await !folder.server.destroy())
            let running = try await folder.server.start()
            let foreign = "\(folder.path)/.local/mine.txt"
            #expect(FileManager.default.createFile(atPath: foreign, contents: nil))
            await #expect(throws: JobError.self) { try await folder.server.destroy() }
            #expect(try folder.server.status() == .running(running))
            try FileManager.default.removeItem(atPath: foreign)
            #expect(try await folder.server.destroy())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            #expect(!ServerProcess.isAlive(running.pid))
        }
    }

    @Test(
        "Folders whose names are long or odd",
        arguments: [
            String(repeating: "long", count: 40), "it's $HOME \"quoted\" `back` \\slash, comma", "Größe ", "-D",
        ])
    func oddNames(name: String) async throws {
        try await PrivateServerFolder.use(name) { folder in
            let running = try await folder.server.start()
            #expect(try one(running) == "1")
            #expect(running.files.dataDirectory == "\(folder.path)/.local/data")
            #expect("\(running.socketDirectory)/.s.PGSQL.5432".utf8.count <= 107)
            #expect(try await folder.server.destroy())
            #expect(!FileManager.default.fileExists(atPath: running.socketDirectory))
        }
    }

    @Test("A folder that only its owner may enter")
    func closedFolder() async throws {
        try await PrivateServerFolder.use { folder in
            chmod(folder.path, 0o700)
            let running = try await folder.server.start()
            #expect(try one(running) == "1")
            let isRoot = geteuid() == 0
            #expect(running.files.dataDirectory.hasPrefix(isRoot ? "/var/lib/etl-job/" : folder.path))
            #expect(try folder.server.status() == .running(running))
            #expect(try await folder.server.stop())
            #expect(try await folder.server.start().files == running.files)
            #expect(try await folder.server.destroy())
            #expect(!FileManager.default.fileExists(atPath: running.files.dataDirectory))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("What a killed initdb left is removed and made anew")
    func halfMade() async throws {
        try await PrivateServerFolder.use { folder in
            let leftOver = "\(folder.path)/.local/data.new-killed"
            try FileManager.default.createDirectory(atPath: leftOver, withIntermediateDirectories: true)
            chmod("\(folder.path)/.local", 0o711)
            #expect(FileManager.default.createFile(atPath: "\(leftOver)/PG_VERSION", contents: Data("15\n".utf8)))
            #expect(try folder.server.status() == .notCreated)
            #expect(try one(await folder.server.start()) == "1")
            #expect(!FileManager.default.fileExists(atPath: leftOver))
        }
    }

    @Test("A killed server starts again")
    func killed() async throws {
        try await PrivateServerFolder.use { folder in
            let first = try await folder.server.start()
            #expect(kill(first.pid, SIGKILL) == 0)
            while ServerProcess.isAlive(first.pid) { try await Task.sleep(for: .milliseconds(10)) }
            let second = try await folder.server.start()
            #expect(second.pid != first.pid)
            #expect(try one(second) == "1")
        }
    }

    @Test("A left-over postmaster.pid whose number another process has")
    func reusedNumber() async throws {
        try await PrivateServerFolder.use { folder in
            let first = try await folder.server.start()
            try await folder.server.stop()
            let file = "\(first.files.dataDirectory)/postmaster.pid"
            let text = "\(getpid())\n\(first.files.dataDirectory)\n1\n5432\n/tmp\n\n  1 2\nready   \n"
            #expect(FileManager.default.createFile(atPath: file, contents: Data(text.utf8)))
            #if os(Linux)
                #expect(try folder.server.status() == .stopped(first.files))
                #expect(try one(await folder.server.start()) == "1")
            #else
                unlink(file)
            #endif
        }
    }

    @Test("A server that cannot start says so with its log")
    func brokenData() async throws {
        try await PrivateServerFolder.use { folder in
            let first = try await folder.server.start()
            try await folder.server.stop()
            try FileManager.default.removeItem(atPath: "\(first.files.dataDirectory)/global/pg_control")
            let error = await #expect(throws: JobError.self) { try await folder.server.start() }
            #expect(error?.exitCode == .unavailable)
            #expect(error?.advice?.contains(first.files.logFile) == true)
            #expect(error?.advice?.contains("pg_control") == true)
        }
    }

    @Test("Data of another major version need its programs")
    func otherMajor() async throws {
        try await PrivateServerFolder.use { folder in
            let first = try await folder.server.start()
            try await folder.server.stop()
            try Data("3\n".utf8).write(to: URL(filePath: "\(first.files.dataDirectory)/PG_VERSION"))
            let error = await #expect(throws: JobError.self) { try await folder.server.start() }
            #expect(error?.exitCode == .configuration)
            #expect(error?.message.contains("version 3") == true)
        }
    }

    @Test("Values of a connection string are quoted where they need it")
    func connectionValues() {
        #expect(ServerText.connectionValue("/a/b-c_d.e") == "/a/b-c_d.e")
        #expect(ServerText.connectionValue("") == "''")
        #expect(ServerText.connectionValue(#"/a b/it's\"#) == #"'/a b/it\'s\\'"#)
    }

    private func connect(_ running: PrivateServerRun) throws -> Connection {
        try Connection(database: running.connectionString)
    }

    private func one(_ running: PrivateServerRun, _ sql: String = "select 1::text as value") throws -> String {
        try connect(running).executeOne(Statement(name: "one", sql: sql)).get("value")
    }
}

/// A folder of its own for a test, in which no server is left running.
struct PrivateServerFolder: Sendable {
    let path: String
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var server: PrivateServer { PrivateServer(in: path, durable: false, logger: logger) }

    static func use(_ name: String = "folder", _ body: (PrivateServerFolder) async throws -> Void) async throws {
        // Not the temporary folder: on a Mac its path is long.
        let parent = "/tmp/etl-test-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        guard let path = resolvedPath("\(parent)/\(name)") else { throw JobError(.noInput, parent) }
        let folder = PrivateServerFolder(path: path)
        do {
            try await body(folder)
        } catch {
            _ = try? await folder.server.destroy()
            throw error
        }
        try await folder.server.destroy()
    }
}
