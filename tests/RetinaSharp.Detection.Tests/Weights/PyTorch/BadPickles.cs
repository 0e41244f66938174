using System.Text;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>Pickles that must be refused, whatever file they are in.</summary>
internal static class BadPickles
{
    /// <summary>The pickles, by what is bad about them.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> All = new Dictionary<string, byte[]>
    {
        ["nothing"] = [],
        ["stop alone"] = [(byte)'.'],
        ["an unknown instruction"] = [0x80, 2, (byte)'i'],
        ["a newer protocol"] = [0x80, 4, (byte)'N', (byte)'.'],
        ["a tuple of an empty stack"] = [0x80, 2, 0x87, (byte)'.'],
        ["a tuple without a mark"] = [0x80, 2, (byte)'N', (byte)'t', (byte)'.'],
        ["a tuple over a mark"] = [0x80, 2, (byte)'N', (byte)'(', 0x85, (byte)'.'],
        ["items of a number"] = [0x80, 2, (byte)'K', 1, (byte)'N', (byte)'N', (byte)'s', (byte)'.'],
        ["an odd number of items"] = [0x80, 2, (byte)'}', (byte)'(', (byte)'N', (byte)'u', (byte)'.'],
        ["an append to a dictionary"] = [0x80, 2, (byte)'}', (byte)'N', (byte)'a', (byte)'.'],
        ["a memo that is not there"] = [0x80, 2, (byte)'h', 7, (byte)'.'],
        ["a number of 255 bytes"] = [0x80, 2, 0x8A, 255, .. new byte[255], (byte)'.'],
        ["a text of 4 GB"] = [0x80, 2, (byte)'X', 255, 255, 255, 255, (byte)'a', (byte)'.'],
        ["a text of a negative length"] = [0x80, 2, (byte)'T', 255, 255, 255, 255, (byte)'a', (byte)'.'],
        ["a name without an end"] = [0x80, 2, (byte)'c', .. new byte[5000]],
        ["a call of a number"] = [0x80, 2, (byte)'K', 1, (byte)')', (byte)'R', (byte)'.'],
        ["a call of a text"] = PickleBuilder.Start().Text("os.system").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.Reduce).Stop(),
        ["a call of a storage type"] = PickleBuilder.Start().Global("torch", "FloatStorage").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.Reduce).Stop(),
        ["a call without a tuple"] = PickleBuilder.Start().Global("collections", "OrderedDict").Add(PickleOpcode.None).Add(PickleOpcode.Reduce).Stop(),
        ["a tensor of nothing"] = PickleBuilder.Start().Global("torch._utils", "_rebuild_tensor_v2").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.Reduce).Stop(),
        ["a parameter of a number"] = PickleBuilder.Start().Global("torch._utils", "_rebuild_parameter").Ints(1).Add(PickleOpcode.Reduce).Stop(),
        ["a state of a number"] = [0x80, 2, (byte)'K', 1, (byte)'N', (byte)'b', (byte)'.'],
        ["a Namespace instead of a dictionary"] = PickleBuilder.Start().Global("argparse", "Namespace").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.NewObj).Stop(),
        ["a Namespace of arguments"] = PickleBuilder.Start().Global("argparse", "Namespace").Ints(1).Add(PickleOpcode.NewObj).Stop(),
        ["a Counter of a number"] = PickleBuilder.Start().Global("collections", "Counter").Ints(1).Add(PickleOpcode.Reduce).Stop(),
        ["items of a Namespace"] = PickleBuilder.Start().Global("argparse", "Namespace").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.NewObj).Text("a").Tensor("0", [2]).Add(PickleOpcode.SetItem).Stop(),
        ["a reference to a number"] = [0x80, 2, (byte)'K', 1, (byte)'Q', (byte)'.'],
        ["a storage that is not there"] = PickleBuilder.Start().Tensor("7", [2]).Stop(),
        ["a storage outside of the archive's folder"] = PickleBuilder.Start().Tensor("../data.pkl", [2]).Stop(),
        ["a storage of 2^63 - 1 elements"] = PickleBuilder.Start().Tensor("0", [2], count: long.MaxValue).Stop(),
        ["a storage of -1 elements"] = PickleBuilder.Start().Tensor("0", [2], count: -1).Stop(),
        ["a storage longer than its entry"] = PickleBuilder.Start().Tensor("0", [2], count: 7).Stop(),
        ["no dictionary"] = [0x80, 2, (byte)'K', 1, (byte)'.'],
        ["a dictionary without tensors"] = [0x80, 2, (byte)'}', (byte)'.'],
        ["a dictionary under itself"] = PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Add(PickleOpcode.BinPut, 0).Text("model").Add(PickleOpcode.BinGet, 0).Add(PickleOpcode.SetItem).Stop(),
        ["lists in each other"] = [0x80, 2, .. Enumerable.Repeat((byte)']', 200_000), .. Enumerable.Repeat((byte)'a', 199_999), (byte)'.'],
        ["tuples in each other"] = [0x80, 2, (byte)')', .. Enumerable.Repeat((byte)0x85, 400_000), (byte)'.'],
        ["too many instructions"] = [0x80, 2, .. Enumerable.Repeat((byte)'N', PickleMachine.MaxSteps), (byte)'.'],
        ["a list copied again and again"] = CopiedList(),
    };

    /// <summary>A list of many pairs that is made into a dictionary for every three bytes.</summary>
    private static byte[] CopiedList()
    {
        var pickle = PickleBuilder.Start().Global("collections", "OrderedDict").Add(PickleOpcode.BinPut, 0)
            .Add(PickleOpcode.EmptyList).Add(PickleOpcode.Mark);
        for (var i = 0; i < 100_000; i++)
            pickle.Raw([(byte)PickleOpcode.ShortBinString, 3, .. Encoding.ASCII.GetBytes($"{i % 1000:000}"), (byte)PickleOpcode.None, (byte)PickleOpcode.Tuple2]);
        pickle.Add(PickleOpcode.Appends).Add(PickleOpcode.Tuple1).Add(PickleOpcode.BinPut, 1);
        for (var i = 0; i < 300_000; i++)
            pickle.Raw((byte)PickleOpcode.BinGet, 0, (byte)PickleOpcode.BinGet, 1, (byte)PickleOpcode.Reduce);
        return pickle.Stop();
    }
}
