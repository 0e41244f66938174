using System.Runtime.InteropServices;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Distributed;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Updates the running statistics of batch norm with those of all shards of a batch, in their order, so that they do not depend on the number of processes.</summary>
internal static class RunningStatistics
{
    /// <summary>Updates the running statistics, which the replicas share.</summary>
    /// <param name="shards">The replicas of this process.</param>
    /// <param name="group">The processes.</param>
    public static void Update(IReadOnlyList<RetinaNet> shards, IProcessGroup group)
    {
        if (group.Size == 1)
        {
            foreach (var shard in shards)
                shard.UpdateRunningStats();
            return;
        }

        using var scope = NewDisposeScope();
        IDeferredStatistics[][] modules = [.. shards.Select(shard => shard.modules().OfType<IDeferredStatistics>().ToArray())];
        if (modules[0].Length == 0)
            return;
        var own = Array.ConvertAll(modules, of => Array.ConvertAll(of, module => module.TakeStatistics()));
        foreach (var tensor in own.SelectMany(shard => shard).SelectMany(tensors => tensors))
            scope.Attach(tensor);
        var all = group.Gather(MemoryMarshal.AsBytes<float>(own.SelectMany(shard => shard).SelectMany(tensors => tensors).SelectMany(Values).ToArray()));
        var offsets = new int[group.Size];
        for (var shard = 0; shard < shards.Count; shard++)
        {
            for (var rank = 0; rank < group.Size; rank++)
            {
                for (var module = 0; module < modules[shard].Length; module++)
                    modules[shard][module].UpdateRunningStats([.. own[shard][module].Select(like => Read(all[rank], ref offsets[rank], like))]);
            }
        }
    }

    private static IEnumerable<float> Values(Tensor tensor)
    {
        using var onCpu = tensor.cpu();
        return onCpu.data<float>().ToArray();
    }

    private static Tensor Read(byte[] bytes, ref int offset, Tensor like)
    {
        var values = MemoryMarshal.Cast<byte, float>(bytes).Slice(offset, (int)like.numel()).ToArray();
        offset += values.Length;
        return tensor(values, like.shape, device: like.device);
    }
}
