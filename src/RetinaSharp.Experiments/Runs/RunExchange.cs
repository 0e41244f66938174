using System.Text.Json;
using RetinaSharp.Detection;
using RetinaSharp.Distributed;

namespace RetinaSharp.Experiments.Runs;

/// <summary>Brings the runs of all processes together on the machine of rank 0, whose disk the others need not share.</summary>
internal static class RunExchange
{
    // Large, and not needed for tables and reports.
    private static readonly string[] LeftOut = [".safetensors", ".state", ".previous", ".lock"];

    /// <summary>
    /// Trains the runs of each process, and copies the results, metrics and reports of finished runs that rank 0 lacks to it. Weights stay where they were trained. A canceled
    /// process waits for the others, which wait for it.
    /// </summary>
    /// <param name="group">The processes.</param>
    /// <param name="folder">Output folder of this process.</param>
    /// <param name="runs">Run folders of all processes' runs, relative to the output folder. After a restart with another number of processes, a finished run may be that of any.</param>
    /// <param name="train">Trains the runs of this process.</param>
    /// <param name="cancellationToken">Cancels <paramref name="train"/>.</param>
    /// <exception cref="OperationCanceledException">A process was canceled.</exception>
    public static void Train(IProcessGroup group, string folder, IEnumerable<string> runs, Action train, CancellationToken cancellationToken)
    {
        var isCanceled = false;
        try
        {
            train();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isCanceled = true;
        }

        if (group.Size > 1)
            Collect(group, folder, runs);
        if (group.Any(isCanceled))
            throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Returns the results of all processes in all of them.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="results">The results that this process knows.</param>
    public static IReadOnlyList<RunResult> Share(IProcessGroup group, IReadOnlyList<RunResult> results) => group.Size == 1 ? results :
    [
        .. group.GatherText(JsonSerializer.Serialize(results, RunJsonContext.Default.IReadOnlyListRunResult))
            .SelectMany(text => JsonSerializer.Deserialize(text, RunJsonContext.Default.IReadOnlyListRunResult)!).DistinctBy(result => result.Folder),
    ];

    /// <summary>Copies the finished runs that rank 0 lacks to it, one at a time: those of all processes may be more than can be gathered together.</summary>
    private static void Collect(IProcessGroup group, string folder, IEnumerable<string> runs)
    {
        var finished = group.GatherText(Join(runs.Where(run => IsFinished(folder, run)))).Select(Split).ToList();
        var missing = Split(group.BroadcastText(Join(finished.SelectMany(own => own).Where(run => !IsFinished(folder, run))))).ToHashSet();
        foreach (var (rank, own) in finished.Index())
        {
            foreach (var run in own)
            {
                if (!missing.Remove(run))
                    continue;
                var packed = group.Gather(group.Rank == rank ? Pack(folder, run) : [])[rank];
                if (group.Rank == 0)
                    Unpack(folder, packed);
            }
        }
    }

    private static bool IsFinished(string folder, string run) => RunResult.Find(Path.Combine(folder, run)) is not null;

    private static string Join(IEnumerable<string> runs) => string.Join('\n', runs);

    private static string[] Split(string runs) => runs.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Pack(string folder, string run)
    {
        var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        // The result is last, so that a run that has one is complete.
        foreach (var file in Directory.GetFiles(Path.Combine(folder, run)).Where(file => !LeftOut.Contains(Path.GetExtension(file))).OrderBy(file => Path.GetFileName(file) == RunResult.FileName))
        {
            var content = File.ReadAllBytes(file);
            writer.Write(Path.GetRelativePath(folder, file));
            writer.Write(content.Length);
            writer.Write(content);
        }

        writer.Flush();
        return packed.ToArray();
    }

    /// <summary>Writes the files of a run. Those of an unfinished run of the same settings, which another process has finished, are replaced.</summary>
    private static void Unpack(string folder, byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        while (reader.BaseStream.Position < packed.Length)
        {
            var path = Path.Combine(folder, reader.ReadString());
            var content = reader.ReadBytes(reader.ReadInt32());
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, file => file.Write(content));
        }
    }
}
