// One of the processes that the tests start with mpirun: Ranks SCENARIO [MPI-LIBRARY]. Rank 0 prints what the test expects; any other outcome is an exception.
using System.Diagnostics;
using RetinaSharp.Distributed;

var options = new MpiOptions { Patience = TimeSpan.FromSeconds(2), Library = args.Length > 1 ? args[1] : null };
try
{
    using var group = ProcessGroup.Join(options);
    switch (args[0])
    {
        case "collectives":
            Reduce(group);
            Broadcast(group);
            Gather(group);
            Exchange(group);
            GatherParts(group);
            break;
        case "wait":
            // The processor time of a process that waits for another one.
            if (group.Rank == 1)
                Thread.Sleep(1500);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            group.Reduce([1]);
            Require((Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds < .7, "waiting takes a processor");
            break;
        case "late":
            if (group.Rank == 1)
                Thread.Sleep(TimeSpan.FromSeconds(20));
            group.Reduce([1]);
            break;
        case "abort":
            if (group.Rank == 1)
                group.Abort(3);
            group.Reduce([1]);
            break;
        case "killed":
            if (group.Rank == 1)
                Process.GetCurrentProcess().Kill();
            group.Reduce([1]);
            break;
        default:
            throw new ArgumentException($"There is no scenario {args[0]}.");
    }

    if (group.Rank == 0)
        Console.WriteLine($"{args[0]}: done by {group.Size} processes, {group.LocalSize} on this machine");
    return 0;
}
catch (DistributedException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

static void Reduce(IProcessGroup group)
{
    double[] values = [1, group.Rank, -group.Rank];
    double[] highest = [.. values], lowest = [.. values];
    group.Reduce(values);
    group.Reduce(highest, Reduction.Max);
    group.Reduce(lowest, Reduction.Min);
    // In the order of the ranks, these sums of three and more are not those of any order.
    double[] rounded = [.1 * (group.Rank + 1)];
    group.Reduce(rounded);
    Require(rounded[0] == Enumerable.Range(1, group.Size).Aggregate(0.0, (sum, rank) => sum + (.1 * rank)), "order of a sum");
    var ranks = group.Size * (group.Size - 1) / 2;
    Require(values.SequenceEqual([group.Size, ranks, -ranks]), "sum");
    Require(highest.SequenceEqual([1, group.Size - 1, 0]), "max");
    Require(lowest.SequenceEqual([1, 0, -(group.Size - 1)]), "min");
}

static void Broadcast(IProcessGroup group)
{
    var bytes = new byte[1000];
    if (group.Rank == 0)
        new Random(1).NextBytes(bytes);
    group.Broadcast(bytes);
    var expected = new byte[1000];
    new Random(1).NextBytes(expected);
    Require(bytes.SequenceEqual(expected), "broadcast");
}

static void Gather(IProcessGroup group)
{
    // None of rank 0.
    var all = group.Gather([.. Enumerable.Repeat((byte)group.Rank, 3 * group.Rank)]);
    Require(all.Count == group.Size && all.Index().All(one => one.Item.Length == 3 * one.Index && one.Item.All(value => value == one.Index)), "gather");
    Require(group.Gather([]).All(one => one.Length == 0), "gather of nothing");
}

// The part of rank r has 3 r bytes, none of rank 0.
static void Exchange(IProcessGroup group)
{
    int[] lengths = [.. Enumerable.Range(0, group.Size).Select(rank => 3 * rank)];
    var received = new byte[lengths[group.Rank] * group.Size];
    group.Exchange([.. lengths.SelectMany((length, to) => Enumerable.Repeat((byte)((10 * group.Rank) + to), length))], lengths, received);
    Require(received.SequenceEqual(Enumerable.Range(0, group.Size).SelectMany(from => Enumerable.Repeat((byte)((10 * from) + group.Rank), lengths[group.Rank]))), "exchange");
}

static void GatherParts(IProcessGroup group)
{
    int[] lengths = [.. Enumerable.Range(0, group.Size).Select(rank => 3 * rank)];
    byte[] parts = [.. lengths.SelectMany((length, rank) => Enumerable.Repeat(rank == group.Rank ? (byte)(rank + 1) : (byte)0, length))];
    group.GatherParts(parts, lengths);
    Require(parts.SequenceEqual(lengths.SelectMany((length, rank) => Enumerable.Repeat((byte)(rank + 1), length))), "gathered parts");
}

static void Require(bool condition, string what)
{
    if (!condition)
        throw new InvalidOperationException($"{what} is wrong");
}
