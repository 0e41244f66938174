using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Tests.Batching;

public class OrderedPrefetchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SelectAsync_SlowFirst_ResultsInOrder()
    {
        var results = await OrderedPrefetch.SelectAsync(AsyncEnumerable.Range(0, 20), async (i, _) =>
        {
            await Task.Delay(i % 4 == 0 ? 20 : 0);
            return i;
        }, 4).ToListAsync();

        Assert.Equal(Enumerable.Range(0, 20), results);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SelectAsync_EndlessSources_TakesNoMoreThanAhead(int ahead)
    {
        var (taken, used, most) = (0, 0, 0);
        var started = new ConcurrentQueue<int>();
        async IAsyncEnumerable<int> Endless()
        {
            for (; ; taken++)
            {
                await Task.Yield();
                most = Math.Max(most, taken + 1 - Volatile.Read(ref used));
                yield return taken;
            }
        }

        await foreach (var i in OrderedPrefetch.SelectAsync(Endless(), (i, _) => { started.Enqueue(i); return Task.FromResult(i); }, ahead))
        {
            // Time for it to run too far ahead.
            await Task.Delay(20);
            Volatile.Write(ref used, i + 1);
            if (i == 5)
                break;
        }

        // One in use, and so many ahead of it.
        Assert.Equal(ahead + 1, most);
        Assert.Equal(started.Order(), started);
    }

    [Fact]
    public async Task SelectAsync_WorkFails_ThrowsAtItsPositionAndDisposesTheRest()
    {
        var items = new ConcurrentQueue<Item>();
        var seen = new List<int>();

        var error = await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var item in OrderedPrefetch.SelectAsync(AsyncEnumerable.Range(0, 10), (i, _) => Task.Run(() =>
            {
                if (i == 3)
                    throw new FormatException("3");
                items.Enqueue(new(i));
                return items.Last(item => item.Number == i);
            }), 4))
            {
                using (item)
                    seen.Add(item.Number);
            }
        });

        Assert.Equal("3", error.Message);
        Assert.Equal([0, 1, 2], seen);
        Assert.All(items, item => Assert.True(item.IsDisposed));
    }

    [Fact]
    public async Task SelectAsync_StartFailsAtOnce_ThrowsAtItsPosition()
    {
        var seen = new List<int>();

        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var i in OrderedPrefetch.SelectAsync(AsyncEnumerable.Range(0, 10), (i, _) => i == 2 ? throw new FormatException() : Task.FromResult(i), 4))
                seen.Add(i);
        });

        Assert.Equal([0, 1], seen);
    }

    [Fact]
    public async Task SelectAsync_SourceFails_ThrowsAfterTheResultsBefore()
    {
        static async IAsyncEnumerable<int> Failing()
        {
            yield return 0;
            await Task.Yield();
            yield return 1;
            throw new FormatException();
        }

        var seen = new List<int>();

        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var i in OrderedPrefetch.SelectAsync(Failing(), (i, _) => Task.FromResult(i), 4))
                seen.Add(i);
        });

        Assert.Equal([0, 1], seen);
    }

    [Fact]
    public async Task SelectAsync_DisposalOfTheSourceFails_ThrowsAfterTheResults()
    {
        var seen = new List<int>();

        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var i in OrderedPrefetch.SelectAsync(new FailingDisposal(), (i, _) => Task.FromResult(i), 4))
                seen.Add(i);
        });

        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public async Task SelectAsync_AbandonedEarly_DisposesWhatWasAheadAndEndsTheSource()
    {
        var items = new ConcurrentQueue<Item>();
        var isEnded = false;
        async IAsyncEnumerable<int> Endless()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                isEnded = true;
            }
        }

        await foreach (var item in OrderedPrefetch.SelectAsync(Endless(), async (i, _) =>
        {
            await Task.Delay(5);
            var item = new Item(i);
            items.Enqueue(item);
            return item;
        }, 5))
        {
            using (item)
                break;
        }

        Assert.True(isEnded);
        Assert.All(items, item => Assert.True(item.IsDisposed));
        Assert.InRange(items.Count, 1, 6);
    }

    [Fact]
    public async Task SelectAsync_CancelledWhileTheSourceWaits_Throws()
    {
        using var stop = new CancellationTokenSource();
        static async IAsyncEnumerable<int> Waiting([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return 1;
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        var seen = 0;
        var enumeration = Task.Run(async () =>
        {
            await foreach (var i in OrderedPrefetch.SelectAsync(Waiting(), (i, _) => Task.FromResult(i), 2).WithCancellation(stop.Token))
            {
                seen += i;
                stop.CancelAfter(50);
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enumeration.WaitAsync(Patience));
        Assert.Equal(1, seen);
    }

    [Fact]
    public void Select_Workers_RunSoManyAtATimeAndInOrder()
    {
        var (running, most) = (0, 0);
        using var bothRun = new CountdownEvent(2);

        var results = OrderedPrefetch.Select(Enumerable.Range(0, 30), (i, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            if (i < 2)
            {
                bothRun.Signal();
                Assert.True(bothRun.Wait(Patience));
            }

            Thread.Yield();
            Interlocked.Decrement(ref running);
            return i;
        }, workers: 2, ahead: 8).ToList();

        Assert.Equal(Enumerable.Range(0, 30), results);
        Assert.Equal(2, most);
    }

    [Fact]
    public void Select_Cancelled_ThrowsAndRunsNoFurther()
    {
        using var stop = new CancellationTokenSource();
        var made = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var i in OrderedPrefetch.Select(Enumerable.Range(0, 1000), (i, _) => { Interlocked.Increment(ref made); return i; }, 1, 3, stop.Token))
                if (i == 4)
                    stop.Cancel();
        });

        Assert.InRange(made, 5, 8);
    }

    [Fact]
    public void Select_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderedPrefetch.Select([1], (i, _) => i, workers: 0, ahead: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderedPrefetch.Select([1], (i, _) => i, workers: 1, ahead: 0));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var old = Volatile.Read(ref most); value > old; old = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, value, old) == old)
                return;
    }

    /// <summary>The numbers 1 and 2, whose enumerator cannot be disposed.</summary>
    private sealed class FailingDisposal : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        public int Current { get; private set; }

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => new(++Current <= 2);

        public ValueTask DisposeAsync() => throw new FormatException();
    }

    private sealed class Item(int number) : IDisposable
    {
        public int Number => number;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
