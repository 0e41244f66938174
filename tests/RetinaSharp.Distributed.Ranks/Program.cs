// One of the processes that the tests start with mpirun: Ranks SCENARIO [MPI-LIBRARY]. Rank 0 prints what the test expects; any other outcome is an exception.
using System.Diagnostics;
using System.Runtime.InteropServices;
using RetinaSharp.Distributed;

const int Sums = 40;

var options = new MpiOptions { Patience = TimeSpan.FromSeconds(2), Library = args.Length > 1 ? args[1] : null };
try
{
    using var group = ProcessGroup.Join(options);
    switch (args[0])
    {
        case "collectives":
            Reduce(group);
            Sum(group, NumberType.Float32, rank => MemoryMarshal.AsBytes<float>([1.5f * rank, -rank, .25f]).ToArray());
            Sum(group, NumberType.Float64, rank => MemoryMarshal.AsBytes<double>([Math.ScaleB(rank, 300), -rank, .25]).ToArray());
            Sum(group, NumberType.BFloat16, rank => MemoryMarshal.AsBytes<ushort>([0x3FC0, (ushort)(BitConverter.SingleToUInt32Bits(rank) >> 16), 0x0000]).ToArray());
            Broadcast(group);
            Gather(group);
            SumMany(group);
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
    var ranks = group.Size * (group.Size - 1) / 2;
    Require(values.SequenceEqual([group.Size, ranks, -ranks]), "sum");
    Require(highest.SequenceEqual([1, group.Size - 1, 0]), "max");
    Require(lowest.SequenceEqual([1, 0, -(group.Size - 1)]), "min");
}

// Every process computes the sum on its own, in the order of the ranks; for these numbers the order has no effect.
static unsafe void Sum(IProcessGroup group, NumberType type, Func<int, byte[]> numbers)
{
    var bytes = type switch { NumberType.Float32 => 4, NumberType.Float64 => 8, _ => 2 };
    var sum = numbers(group.Rank);
    fixed (byte* start = sum)
        group.StartSum(new((nint)start, sum.Length / bytes, type)).Wait();
    var expected = Enumerable.Range(0, group.Size).Select(numbers).Aggregate((one, other) => Add(one, other, type));
    Require(sum.SequenceEqual(expected), $"sum of {type}");
}

static byte[] Add(byte[] one, byte[] other, NumberType type)
{
    if (type == NumberType.Float32)
        return Each<float>((a, b) => a + b);
    if (type == NumberType.Float64)
        return Each<double>((a, b) => a + b);
    // The numbers of the test have sums that bfloat16 represents exactly.
    return Each<ushort>((a, b) => (ushort)(BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((uint)a << 16) + BitConverter.UInt32BitsToSingle((uint)b << 16)) >> 16));

    byte[] Each<T>(Func<T, T, T> add)
        where T : unmanaged =>
        MemoryMarshal.AsBytes<T>([.. MemoryMarshal.Cast<byte, T>(one).ToArray().Zip(MemoryMarshal.Cast<byte, T>(other).ToArray(), add)]).ToArray();
}

static unsafe void Broadcast(IProcessGroup group)
{
    var bytes = new byte[1000];
    if (group.Rank == 0)
        new Random(1).NextBytes(bytes);
    fixed (byte* start = bytes)
        group.Broadcast(new((nint)start, bytes.Length, NumberType.Byte));
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

// Sums that are under way while the caller goes on, beside other operations.
static unsafe void SumMany(IProcessGroup group)
{
    var memory = new float*[Sums];
    var sums = new ICollectiveOperation[Sums];
    for (var i = 0; i < Sums; i++)
    {
        memory[i] = (float*)NativeMemory.Alloc(1000, sizeof(float));
        new Span<float>(memory[i], 1000).Fill(i + group.Rank);
        sums[i] = group.StartSum(new((nint)memory[i], 1000, NumberType.Float32));
    }

    Reduce(group);
    var ranks = group.Size * (group.Size - 1) / 2;
    for (var i = 0; i < Sums; i++)
    {
        sums[i].Wait();
        Require(!new Span<float>(memory[i], 1000).ContainsAnyExcept((i * group.Size) + ranks), $"sum {i}");
        NativeMemory.Free(memory[i]);
    }
}

static void Require(bool condition, string what)
{
    if (!condition)
        throw new InvalidOperationException($"{what} is wrong");
}
