using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.AspNetCore.Tests;

public class WaitingImagesTests
{
    private static readonly PaddedSize Wide = new(1, 64, 128), Tall = new(1, 128, 64);
    private static readonly Image Pixel = new(1, 1, new byte[3]);

    private readonly Clock _clock = new();
    private readonly QueueSlots _slots = new(100);
    private readonly WaitingImages _waiting;

    public WaitingImagesTests() => _waiting = new(3, TimeSpan.FromMilliseconds(10), _clock);

    [Fact]
    public void TakeBatch_BeforeTheDelay_WaitsForOthers()
    {
        Add(Wide);
        _clock.Advance(9);

        Assert.Empty(_waiting.TakeBatch(isLast: false));
        Assert.Equal(TimeSpan.FromMilliseconds(1), _waiting.Delay);
    }

    [Fact]
    public void TakeBatch_AfterTheDelay_TakesAllOfTheOldestSize()
    {
        var first = Add(Wide);
        Add(Tall);
        var third = Add(Wide);
        _clock.Advance(10);

        Assert.Equal([first, third], _waiting.TakeBatch(isLast: false));
        Assert.Equal(1, _slots.Used);
    }

    [Fact]
    public void TakeBatch_FullBatchOfAnotherSize_DoesNotWait()
    {
        Add(Wide);
        QueuedImage[] full = [Add(Tall), Add(Tall), Add(Tall)];
        Add(Tall);

        Assert.Equal(full, _waiting.TakeBatch(isLast: false));
        Assert.Empty(_waiting.TakeBatch(isLast: false));
    }

    [Fact]
    public void TakeBatch_OldestIsDue_ComesBeforeAFullBatch()
    {
        var oldest = Add(Wide);
        _clock.Advance(10);
        QueuedImage[] full = [Add(Tall), Add(Tall), Add(Tall)];

        Assert.Equal([oldest], _waiting.TakeBatch(isLast: false));
        Assert.Equal(full, _waiting.TakeBatch(isLast: false));
    }

    [Fact]
    public void TakeBatch_Canceled_IsDroppedAndItsPlaceIsFree()
    {
        using var client = new CancellationTokenSource();
        var left = Add(Wide, client.Token);
        var stays = Add(Wide);
        client.Cancel();
        _clock.Advance(10);

        Assert.Equal(1, _slots.Used);
        Assert.Equal([stays], _waiting.TakeBatch(isLast: false));
        Assert.True(left.Result.IsCanceled);
        Assert.Null(left.Source);
        Assert.NotNull(stays.Source);
        Assert.Null(_waiting.Delay);
    }

    [Fact]
    public void TakeBatch_Last_DoesNotWait()
    {
        var image = Add(Wide);

        Assert.Equal([image], _waiting.TakeBatch(isLast: true));
    }

    [Fact]
    public void TryReserve_MoreThanFree_ReservesNone()
    {
        var slots = new QueueSlots(3);
        var two = slots.TryReserve(2)!;

        Assert.Null(slots.TryReserve(2));
        Assert.Equal(2, slots.Used);
        two[0].Dispose();
        two[0].Dispose();
        Assert.Equal(1, slots.Used);
        Assert.Equal(2, slots.TryReserve(2)!.Length);
        Assert.True(slots.IsFull);
    }

    private QueuedImage Add(PaddedSize size, CancellationToken cancellationToken = default)
    {
        var image = new QueuedImage(Inference.ImageSource.FromImage(Pixel), size, _slots.TryReserve(1)![0], _clock.GetTimestamp(), cancellationToken);
        _waiting.Add(image);
        return image;
    }

    private sealed class Clock : TimeProvider
    {
        private long _milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _milliseconds;

        public void Advance(int milliseconds) => _milliseconds += milliseconds;
    }
}
