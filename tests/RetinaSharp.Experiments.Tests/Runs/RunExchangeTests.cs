using RetinaSharp.Distributed;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tests.Runs;

public sealed class RunExchangeTests : IDisposable
{
    private static readonly string[] Runs = ["runs/a", "runs/b", "runs/c", "runs/known", "runs/unfinished"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_FinishedRunsOfAllProcesses_AreCopiedToRankZero()
    {
        Finish(1, "runs/a", "a");
        Finish(1, "runs/b", "b");
        Finish(2, "runs/c", "c");
        _folder.Write("rank2/runs/c/last.safetensors", "weights");
        _folder.Write("rank2/runs/unfinished/metrics.jsonl", "unfinished");

        Train(group => group);

        Assert.Equal(["a", "b", "c"], new[] { "a", "b", "c" }.Select(run => Metrics($"runs/{run}")));
        Assert.True(File.Exists(_folder.At("rank0", "runs/c", RunResult.FileName)));
        Assert.False(File.Exists(_folder.At("rank0", "runs/c", "last.safetensors")));
        Assert.False(Directory.Exists(_folder.At("rank0", "runs/unfinished")));
        Assert.False(Directory.Exists(_folder.At("rank1", "runs/c")));
    }

    [Fact]
    public void Train_RunsThatRankZeroHas_AreNotReplaced()
    {
        Finish(0, "runs/known", "own");
        Finish(1, "runs/known", "other");
        // Rank 0 began this run in an earlier session, and rank 1 has finished it.
        _folder.Write("rank0/runs/a/metrics.jsonl", "a part");
        Finish(1, "runs/a", "the whole");

        Train(group => group);

        Assert.Equal("own", Metrics("runs/known"));
        Assert.Equal("the whole", Metrics("runs/a"));
    }

    [Fact]
    public void Train_MoreThanCanBeGatheredTogether_IsSentRunByRun()
    {
        var metrics = new string('x', 20_000);
        Finish(1, "runs/a", metrics);
        Finish(1, "runs/b", metrics);
        Finish(2, "runs/c", metrics);

        Train(group => new LimitedGroup(group, maxBytes: 30_000));

        Assert.All(new[] { "runs/a", "runs/b", "runs/c" }, run => Assert.Equal(metrics, Metrics(run)));
    }

    private void Train(Func<IProcessGroup, IProcessGroup> wrap) => ThreadGroup.Run(3, group =>
    {
        RunExchange.Train(wrap(group), _folder.At($"rank{group.Rank}"), Runs, () => { }, CancellationToken.None);
        return group.Rank;
    });

    private void Finish(int rank, string run, string metrics)
    {
        _folder.Write($"rank{rank}/{run}/metrics.jsonl", metrics);
        new RunResult { Folder = run, Seed = 0, Metrics = new CocoSummary(), Steps = 1, Seconds = 1 }.Write(_folder.At($"rank{rank}", run));
    }

    private string Metrics(string run) => File.ReadAllText(_folder.At("rank0", run, "metrics.jsonl"));

    /// <summary>Processes that gather a number of bytes together at most, as those of MPI 2 GiB.</summary>
    private sealed class LimitedGroup(IProcessGroup group, int maxBytes) : IProcessGroup
    {
        public int Rank => group.Rank;

        public int Size => group.Size;

        public int LocalRank => group.LocalRank;

        public int LocalSize => group.LocalSize;

        public string Machine => group.Machine;

        public void Broadcast(Span<byte> memory) => group.Broadcast(memory);

        public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own)
        {
            var all = group.Gather(own);
            Assert.InRange(all.Sum(bytes => bytes.Length), 0, maxBytes);
            return all;
        }

        public void Exchange(ReadOnlySpan<byte> parts, ReadOnlySpan<int> lengths, Span<byte> received) => group.Exchange(parts, lengths, received);

        public void GatherParts(Span<byte> parts, ReadOnlySpan<int> lengths) => group.GatherParts(parts, lengths);

        public void RunWatched(string operation, Action action) => group.RunWatched(operation, action);

        public void Abort(int exitCode) => group.Abort(exitCode);

        public void Dispose() => group.Dispose();
    }
}
