using RetinaSharp.Detection;
using RetinaSharp.Distributed;

namespace RetinaSharp.Experiments.Runs;

/// <summary>Brings the runs of all processes together on the machine of rank 0, whose disk the others need not share.</summary>
internal static class RunExchange
{
    // Large, and not needed for tables and reports.
    private static readonly string[] LeftOut = [".safetensors", ".state", ".previous", ".lock"];

    /// <summary>Copies the results, metrics and reports of runs to rank 0, where they are missing. Weights stay where they were trained.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="folder">Output folder of this process.</param>
    /// <param name="runs">Run folders of this process's runs, relative to the output folder.</param>
    public static void Collect(IProcessGroup group, string folder, IEnumerable<string> runs)
    {
        if (group.Size == 1)
            return;
        var all = group.Gather(group.Rank == 0 ? [] : Pack(folder, runs));
        if (group.Rank == 0)
            Unpack(folder, all);
    }

    private static byte[] Pack(string folder, IEnumerable<string> runs)
    {
        var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        foreach (var file in runs.Select(run => Path.Combine(folder, run)).Where(Directory.Exists).SelectMany(Directory.GetFiles).Where(file => !LeftOut.Contains(Path.GetExtension(file))))
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
