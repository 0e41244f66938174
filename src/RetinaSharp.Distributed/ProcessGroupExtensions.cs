using System.Runtime.InteropServices;
using System.Text;

namespace RetinaSharp.Distributed;

/// <summary>Collective operations that are composed of those of <see cref="IProcessGroup"/>. All processes call them, in the same order.</summary>
public static class ProcessGroupExtensions
{
    /// <summary>Combines the numbers of all processes, in place and in the order of the ranks, so that the result has the same bits in every process and every run.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">The numbers of this process; as many as in the others.</param>
    /// <param name="reduction">How numbers are combined.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    public static void Reduce(this IProcessGroup group, Span<double> values, Reduction reduction = Reduction.Sum)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1)
            return;
        var all = group.Gather(MemoryMarshal.AsBytes(values));
        MemoryMarshal.Cast<byte, double>(all[0]).CopyTo(values);
        foreach (var bytes in all.Skip(1))
        {
            var others = MemoryMarshal.Cast<byte, double>(bytes);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reduction switch
                {
                    Reduction.Max => Math.Max(values[i], others[i]),
                    Reduction.Min => Math.Min(values[i], others[i]),
                    _ => values[i] + others[i],
                };
            }
        }
    }

    /// <summary>Returns whether a value is true in any process.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="value">The value of this process.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    public static bool Any(this IProcessGroup group, bool value)
    {
        ArgumentNullException.ThrowIfNull(group);
        Span<double> values = [value ? 1 : 0];
        group.Reduce(values, Reduction.Max);
        return values[0] > 0;
    }

    /// <summary>Returns the text of rank 0 in all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="text">The text; only that of rank 0 is used.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    public static string BroadcastText(this IProcessGroup group, string text)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Size == 1 ? text : Encoding.UTF8.GetString(group.Gather(group.Rank == 0 ? Encoding.UTF8.GetBytes(text) : [])[0]);
    }

    /// <summary>Returns the texts of all processes, by rank, in all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="text">The text of this process.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    public static IReadOnlyList<string> GatherText(this IProcessGroup group, string text)
    {
        ArgumentNullException.ThrowIfNull(group);
        return [.. group.Gather(Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)];
    }

    /// <summary>Checks that all processes have the same text, such as the digest of a file.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="text">The text of this process.</param>
    /// <param name="difference">What a process with another text has, for the message: other data, for example.</param>
    /// <exception cref="DistributedException">The text of a process differs from that of rank 0; the message names the process. Or the operation failed.</exception>
    public static void RequireEqual(this IProcessGroup group, string text, string difference)
    {
        var all = group.GatherText(text);
        if (all.Index().FirstOrDefault(one => one.Item != all[0]) is ( > 0 and var rank, _))
            throw new DistributedException($"rank {rank} on {group.GatherText(group.Machine)[rank]} has {difference}");
    }
}
