import Foundation
import Synchronization

/// What has to be undone when the test process ends, also where a test has thrown: the newest first.
enum Cleanup {
    private struct State {
        var isRegistered = false
        var nextKey = 0
        var actions: [Int: @Sendable () -> Void] = [:]
    }
    private static let state = Mutex(State())

    /// Notes an action for the end of the process; the key takes it back.
    @discardableResult
    static func atEnd(_ action: @escaping @Sendable () -> Void) -> Int {
        register()
        return state.withLock { state in
            state.nextKey += 1
            state.actions[state.nextKey] = action
            return state.nextKey
        }
    }

    /// Takes back an action, which then has been carried out already.
    static func forget(_ key: Int) { state.withLock { $0.actions[key] = nil } }

    /// Makes sure that the temporary folder is removed at the end, after all actions.
    static func register() {
        let isFirst = state.withLock { state in
            defer { state.isRegistered = true }
            return !state.isRegistered
        }
        guard isFirst else { return }
        atexit { Cleanup.runAll() }
        runAllAtSignals()
    }

    /// A run that is stopped by `timeout` or by hand leaves nothing behind either.
    ///
    /// By handlers, which programs that are started do not inherit, as they would inherit that a signal is ignored.
    private static func runAllAtSignals() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        closeOnExec(ends[0])
        closeOnExec(ends[1])
        signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
        let reader = ends[0]
        Thread.detachNewThread {
            var number: UInt8 = 0
            while read(reader, &number, 1) != 1 {}
            runAll()
            _exit(128 + Int32(number))
        }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                var byte = UInt8(number)
                _ = write(signalPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
            }
        }
    }

    /// Repeats itself for a while: where a signal came, tests still start and write what they were about to.
    private static func runAll() {
        for _ in 0..<20 {
            let actions = state.withLock { state in
                defer { state.actions = [:] }
                return state.actions
            }
            for (_, action) in actions.sorted(by: { $0.key > $1.key }) { action() }
            try? FileManager.default.removeItem(atPath: temporaryRoot)
            if !FileManager.default.fileExists(atPath: temporaryRoot) { return }
            usleep(100_000)
        }
    }
}

/// Where a signal's handler writes its number.
private let signalPipe = Atomic<Int32>(-1)

/// The folder of this process for all that its tests write; removed at its end.
private let temporaryRoot = FileManager.default.temporaryDirectory
    .appendingPathComponent("etl-test-\(ProcessInfo.processInfo.processIdentifier)").path

/// Makes a folder for a test; enterable by the unprivileged user that a server started by root runs as.
public func temporaryFolder() throws -> String {
    Cleanup.register()
    let folder = "\(temporaryRoot)/\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    return folder
}

/// Stops a server by its process id and waits for its end.
func stopServer(_ pid: Int32, by signal: Int32) {
    kill(pid, signal)
    for _ in 0..<200 where kill(pid, 0) == 0 { usleep(50_000) }
}
