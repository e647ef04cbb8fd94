import Foundation
import Testing

@testable import ETLCore

@Suite("Private server: what it must not touch, and what stops it")
struct PrivateServerSafetyTests {
    private let isRoot = geteuid() == 0

    @Test("A copy of a folder that was moved leaves the original's server and data alone", arguments: [true, false])
    func copyOfMoved(startsAfterMove: Bool) async throws {
        try await PrivateServerFolder.use { folder in
            // Root's server cannot enter such a folder: its data are elsewhere.
            chmod(folder.path, 0o700)
            let first = try await folder.server.start()
            let moved = PrivateServerFolder(path: "\(folder.path)-moved")
            try FileManager.default.moveItem(atPath: folder.path, toPath: moved.path)
            if startsAfterMove {
                let again = try await moved.server.start()
                #expect(again.files.dataDirectory == first.files.dataDirectory || !isRoot)
            }
            let copy = PrivateServerFolder(path: "\(folder.path)-copy")
            try await runs("cp", "-a", moved.path, copy.path)
            let before = try moved.server.status()
            if isRoot {
                await refuses(naming: "copy") { _ = try await copy.server.start() }
                await refuses(naming: "copy") { try await copy.server.stop() }
                await refuses(naming: "copy") { try await copy.server.destroy() }
            } else {
                #expect(try await !copy.server.stop())
                #expect(try await copy.server.destroy())
            }
            #expect(try moved.server.status() == before)
            guard case .running(let running) = before else { throw JobError(.noInput, "It does not run.") }
            #expect(ServerProcess.isAlive(running.pid))
            #expect(try await moved.server.destroy())
            #expect(!FileManager.default.fileExists(atPath: running.files.dataDirectory))
        }
    }

    @Test("A new folder of a moved one's name gets data of its own")
    func nameUsedAgain() async throws {
        try await PrivateServerFolder.use { folder in
            chmod(folder.path, 0o700)
            let first = try await folder.server.start()
            let moved = PrivateServerFolder(path: "\(folder.path)-moved")
            try FileManager.default.moveItem(atPath: folder.path, toPath: moved.path)
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            #expect(try folder.server.status() == .notCreated)
            let second = try await folder.server.start()
            #expect(second.pid != first.pid)
            #expect(try await folder.server.destroy())
            #expect(ServerProcess.isAlive(first.pid))
            #expect(try await moved.server.destroy())
            #expect(!ServerProcess.isAlive(first.pid))
        }
    }

    @Test("A .local of another purpose is not begun in")
    func foreignLocal() async throws {
        try await PrivateServerFolder.use { folder in
            let share = "\(folder.path)/.local/share"
            try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
            await refuses(naming: "share", advice: "another folder") { _ = try await folder.server.start() }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/.local") == ["share"])
            #expect(!PrivateServer.exists(in: folder.path))
        }
    }

    @Test("A user id without a name is refused")
    func namelessUser() throws {
        let nameless = ServerUser(uid: 3_999_999_999, gid: 1, name: "user", home: "/", isAnother: false)
        let error = #expect(throws: JobError.self) { try nameless.requireName() }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("3999999999") == true)
        try ServerUser.current().requireName()
    }

    @Test(
        "Programs that were named and cannot serve are refused",
        arguments: [
            ("echo 'postgres (PostgreSQL) 9.6.24'", "9.6.24"), ("echo 'postgres (PostgreSQL) 16.1'", "16.1"),
            ("exit 1", "no version"), (nil, "cannot execute"),
        ])
    func namedPrograms(script: String?, reason: String) async throws {
        try await PrivateServerFolder.use { folder in
            if let script {
                for program in ["initdb", "pg_ctl", "postgres"] {
                    let path = "\(folder.path)/\(program)"
                    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
                    chmod(path, 0o755)
                }
            }
            let user = try ServerUser.current()
            await refuses(naming: reason, advice: "unset ETL_POSTGRES_BINDIR") {
                _ = try await ServerPrograms.find(major: 15, user: user, named: folder.path)
            }
        }
    }

    private func refuses(
        naming word: String, advice: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ action: () async throws -> some Any
    ) async {
        let error = await #expect(throws: JobError.self, sourceLocation: sourceLocation) { _ = try await action() }
        #expect(error?.exitCode == .configuration, sourceLocation: sourceLocation)
        #expect(error?.message.contains(word) == true, sourceLocation: sourceLocation)
        #expect(advice.isEmpty || error?.advice?.contains(advice) == true, sourceLocation: sourceLocation)
    }

    private func runs(_ words: String...) async throws {
        let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: words)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
