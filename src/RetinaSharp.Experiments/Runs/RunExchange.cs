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
    /// Trains the runs of each process, and copies the results, metrics and reports of those that are finished to rank 0, where they are missing. Weights stay where they were trained. A canceled
    /// process waits for the others, which wait for it.
    /// </summary>
    /// <param name="group">The processes.</param>
    /// <param name="folder">Output folder of this process.</param>
    /// <param name="runs">Run folders of this process's runs, relative to the output folder.</param>
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

    private static void Collect(IProcessGroup group, string folder, IEnumerable<string> runs)
    {
        var all = group.Gather(group.Rank == 0 ? [] : Pack(folder, runs));
        if (group.Rank == 0)
            Unpack(folder, all);
    }

    private static byte[] Pack(string folder, IEnumerable<string> runs)
    {
        var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        // Files of an unfinished run would stay when it is finished, because existing files are not replaced.
        foreach (var file in runs.Select(run => Path.Combine(folder, run)).Where(run => RunResult.Find(run) is not null).SelectMany(Directory.GetFiles).Where(file => !LeftOut.Contains(Path.GetExtension(file))))
        {
            var content = File.ReadAllBytes(file);
            writer.Write(Path.GetRelativePath(folder, file));
            writer.Write(content.Length);
            writer.Write(content);
        }

        writer.Flush();
        return packed.ToArray();
    }

    private static void Unpack(string folder, IEnumerable<byte[]> all)
    {
        foreach (var packed in all)
        {
            using var reader = new BinaryReader(new MemoryStream(packed));
            while (reader.BaseStream.Position < packed.Length)
            {
                var path = Path.Combine(folder, reader.ReadString());
                var content = reader.ReadBytes(reader.ReadInt32());
                if (File.Exists(path))
                    continue;
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, file => file.Write(content));
            }
        }
    }
}
