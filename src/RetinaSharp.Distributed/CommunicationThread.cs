using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace RetinaSharp.Distributed;

/// <summary>
/// The thread that makes all calls of MPI, one after another. The library needs no support for several threads then.
/// </summary>
internal sealed class CommunicationThread
{
    private readonly BlockingCollection<Operation> _queue = [];
    private readonly Thread _thread;
    private Running? _running;

    public CommunicationThread()
    {
        _thread = new(Loop) { IsBackground = true, Name = "MPI" };
        _thread.Start();
    }

    /// <summary>Name and duration of the operation that runs; null: none.</summary>
    public (string Name, TimeSpan Duration)? Current => Volatile.Read(ref _running) is { } running ? (running.Name, Stopwatch.GetElapsedTime(running.Started)) : null;

    /// <summary>Runs an operation after those before it, and waits for it.</summary>
    /// <param name="name">Name of the operation, for messages.</param>
    /// <param name="action">The operation.</param>
    public void Run(string name, Action action)
    {
        var operation = new Operation(name, action);
        _queue.Add(operation);
        operation.Wait();
    }

    /// <summary>Ends the thread after all operations.</summary>
    public void Stop()
    {
        _queue.CompleteAdding();
        _thread.Join();
    }

    private void Loop()
    {
        foreach (var operation in _queue.GetConsumingEnumerable())
        {
            Volatile.Write(ref _running, new(operation.Name, Stopwatch.GetTimestamp()));
            operation.Run();
            Volatile.Write(ref _running, null);
        }
    }

    private sealed record Running(string Name, long Started);

    private sealed class Operation(string name, Action action)
    {
        private readonly ManualResetEventSlim _done = new();
        private ExceptionDispatchInfo? _error;

        public string Name => name;

        public void Run()
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                _error = ExceptionDispatchInfo.Capture(error);
            }

            _done.Set();
        }

        public void Wait()
        {
            _done.Wait();
            _error?.Throw();
        }
    }
}
