import Foundation
import Testing

@testable import ETLCore

@Suite("Private server: Ctrl-C while it starts")
struct PrivateServerInterruptTests {
    /// The binary that was built beside the bundle of these tests.
    private static let program: URL = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle.components(separatedBy: ".xctest")[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "etl-job")
    }()

    @Test("The server's programs are in a session of their own")
    func session() async throws {
        let result = try await ServerUser.current().run("/bin/sh", ["-c", "ps -o pgid= -p $$"])
        let group = try #require(Int32(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(group != getpgrp())
    }

    @Test(
        "The job ends by the signal, its programs come to their end, and the next start is as the first",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try await PrivateServerFolder.use { folder in
            let job = Process()
            job.executableURL = Self.program
            job.arguments = ["local", "start"]
            job.currentDirectoryURL = URL(filePath: folder.path)
            job.standardOutput = FileHandle.nullDevice
            job.standardError = FileHandle.nullDevice
            try job.run()
            let (pid, path) = (job.processIdentifier, folder.path)
            let wasInitialising = await withCheckedContinuation { continuation in
                // On a thread of its own: the other tests may keep those of the tasks busy.
                Thread.detachNewThread { continuation.resume(returning: Self.interrupt(pid, path, signal)) }
            }
            #expect(wasInitialising, "initdb was never seen at work")
            job.waitUntilExit()
            #expect(job.terminationReason == .uncaughtSignal)
            #expect(job.terminationStatus == signal)

            // At once, while what was left of the first may still be at work.
            let running = try await folder.server.start()
            #expect(ServerProcess.isAlive(running.pid))
            #expect(running.version().hasPrefix("\(running.files.majorVersion)."))
            #expect(try await folder.server.destroy())
            #if os(Linux)
                try await wait(for: "its programs to end") { processes(of: folder).isEmpty }
            #endif
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    /// Sends a signal while initdb is at work; returns whether it ever was.
    private static func interrupt(_ pid: Int32, _ folder: String, _ signal: Int32) -> Bool {
        for _ in 0..<12_000 {
            if isInitialising(folder) {
                // As a terminal does it, to the whole group, where the job has one of its own.
                kill(getpgid(pid) == pid ? -pid : pid, signal)
                return true
            }
            usleep(5_000)
        }
        return false
    }

    private static func isInitialising(_ folder: String) -> Bool {
        let local = "\(folder)/.local"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: local)) ?? []
        return names.contains { $0.hasPrefix("data.new-") && FileFacts("\(local)/\($0)/base") != nil }
    }

    /// The processes that have a folder in their words, or in the folder that they work in.
    private func processes(of folder: PrivateServerFolder) -> [String] {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
        return numbers.filter { number in
            let words = smallFile("/proc/\(number)/cmdline") ?? ""
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")
            let variables = smallFile("/proc/\(number)/environ") ?? ""
            return [words, place ?? "", variables].contains { $0.contains("\(folder.path)/.local") }
        }
    }

    private func wait(for goal: String, _ isReached: () -> Bool) async throws {
        for _ in 0..<3000 {
            if isReached() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain for \(goal)")
    }
}
