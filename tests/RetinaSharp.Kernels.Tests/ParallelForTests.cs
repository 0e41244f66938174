using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class ParallelForTests : IDisposable
{
    private readonly int _threads;

    public ParallelForTests()
    {
        LibTorch.EnsureLoaded();
        _threads = get_num_threads();
    }

    public void Dispose() => set_num_threads(_threads);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Run_AnyCount_RunsEachIndexOnce(int threads)
    {
        set_num_threads(threads);
        foreach (var count in (int[])[0, 1, 2, 3, 1000])
        {
            var calls = new int[count];
            ParallelFor.Run(count, i => Interlocked.Increment(ref calls[i]));
            Assert.All(calls, n => Assert.Equal(1, n));
        }
    }

    [Fact]
    public void Run_TwoThreads_RunConcurrently()
    {
        set_num_threads(2);
        using var barrier = new Barrier(2);
        var met = new bool[2];
        ParallelFor.Run(2, i => met[i] = barrier.SignalAndWait(TimeSpan.FromSeconds(20)));
        Assert.Equal([true, true], met);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_BodyThrows_RethrowsException(int threads)
    {
        set_num_threads(threads);
        var thrown = new InvalidTimeZoneException();
        foreach (var count in (int[])[1, 2, 100])
            Assert.Same(thrown, Assert.Throws<InvalidTimeZoneException>(() => ParallelFor.Run(count, i => throw thrown)));
        Assert.Same(thrown, Assert.Throws<InvalidTimeZoneException>(() => ParallelFor.Run(100, i => _ = i == 57 ? throw thrown : i)));
        Run_AnyCount_RunsEachIndexOnce(threads);
    }

    [Fact]
    public void Run_Nested_RunsEachIndexOnce()
    {
        set_num_threads(2);
        var calls = new int[20 * 30];
        ParallelFor.Run(20, i => ParallelFor.Run(30, j => Interlocked.Increment(ref calls[(i * 30) + j])));
        Assert.All(calls, n => Assert.Equal(1, n));
        Assert.Throws<InvalidTimeZoneException>(() => ParallelFor.Run(20, i => ParallelFor.Run(30, j => throw new InvalidTimeZoneException())));
    }

    [Fact]
    public void Run_TwoCallers_RunSeparately()
    {
        set_num_threads(2);
        var errors = new List<Exception>();
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            try
            {
                for (var repeat = 0; repeat < 50; repeat++)
                {
                    var calls = new int[200];
                    ParallelFor.Run(calls.Length, i => Interlocked.Increment(ref calls[i]));
                    Assert.All(calls, n => Assert.Equal(1, n));
                    Assert.Throws<InvalidTimeZoneException>(() => ParallelFor.Run(10, i => throw new InvalidTimeZoneException()));
                }
            }
            catch (Exception error)
            {
                lock (errors)
                    errors.Add(error);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Empty(errors);
    }
}
