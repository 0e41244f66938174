using System.Threading.Channels;
using RetinaSharp.Inference.Pipelines;

namespace RetinaSharp.Inference.Tests.Pipelines;

public sealed class SharedSequenceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ReadAsync_ReadersOfDifferentPace_GetAllElementsInOrder()
    {
        var sequence = new SharedSequence<int>(Enumerable.Range(0, 500).ToAsyncEnumerable().GetAsyncEnumerator(), 3);

        var read = await Task.WhenAll(Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            var elements = new List<int>();
            await foreach (var element in sequence.ReadAsync(reader))
            {
                elements.Add(element);
                if (element % (reader + 2) == 0)
                    await Task.Yield();
            }

            return elements;
        }))).WaitAsync(Patience);

        Assert.All(read, elements => Assert.Equal(Enumerable.Range(0, 500), elements));
    }

    [Fact]
    public async Task ReadAsync_WhileAnotherReaderWaitsForTheSource_GetsWhatIsThere()
    {
        var live = Channel.CreateUnbounded<int>();
        var sequence = new SharedSequence<int>(live.Reader.ReadAllAsync().GetAsyncEnumerator(), 2);
        await using var ahead = sequence.ReadAsync(0).GetAsyncEnumerator();
        await using var behind = sequence.ReadAsync(1).GetAsyncEnumerator();
        live.Writer.TryWrite(7);
        Assert.True(await ahead.MoveNextAsync().AsTask().WaitAsync(Patience));
        var waiting = ahead.MoveNextAsync().AsTask();

        Assert.True(await behind.MoveNextAsync().AsTask().WaitAsync(Patience));

        Assert.Equal(7, behind.Current);
        Assert.False(waiting.IsCompleted);
        live.Writer.Complete();
        Assert.False(await waiting.WaitAsync(Patience));
        Assert.False(await behind.MoveNextAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task ReadAsync_SourceFails_EveryReaderThrows()
    {
        var sequence = new SharedSequence<int>(Failing().GetAsyncEnumerator(), 2);

        for (var reader = 0; reader < 2; reader++)
        {
            await using var elements = sequence.ReadAsync(reader).GetAsyncEnumerator();
            Assert.True(await elements.MoveNextAsync());
            Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidDataException>(() => elements.MoveNextAsync().AsTask())).Message);
        }

        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidDataException("broken");
        }
    }
}
