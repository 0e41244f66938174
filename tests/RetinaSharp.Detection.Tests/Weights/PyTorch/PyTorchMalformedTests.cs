using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>Files that were made to do harm, or are damaged in a way that chance does not find.</summary>
public sealed class PyTorchMalformedTests : IDisposable
{
    private const long Huge = long.MaxValue;

    // By what is bad about them.
    private static readonly Dictionary<string, byte[]> Pickles = new()
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
        ["a reference to a number"] = [0x80, 2, (byte)'K', 1, (byte)'Q', (byte)'.'],
        ["a storage that is not there"] = PickleBuilder.Start().Tensor("7", [2]).Stop(),
        ["a storage outside of the archive's folder"] = PickleBuilder.Start().Tensor("../data.pkl", [2]).Stop(),
        ["a storage of 2^63 - 1 elements"] = PickleBuilder.Start().Tensor("0", [2], count: Huge).Stop(),
        ["a storage of -1 elements"] = PickleBuilder.Start().Tensor("0", [2], count: -1).Stop(),
        ["a storage longer than its entry"] = PickleBuilder.Start().Tensor("0", [2], count: 7).Stop(),
        ["no dictionary"] = [0x80, 2, (byte)'K', 1, (byte)'.'],
        ["a dictionary without tensors"] = [0x80, 2, (byte)'}', (byte)'.'],
        ["a dictionary under itself"] = PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Add(PickleOpcode.BinPut, 0).Text("model").Add(PickleOpcode.BinGet, 0).Add(PickleOpcode.SetItem).Stop(),
        ["a million lists in each other"] = [0x80, 2, .. Enumerable.Repeat((byte)']', 1_000_000), .. Enumerable.Repeat((byte)'a', 999_999), (byte)'.'],
        ["a million tuples in each other"] = [0x80, 2, (byte)')', .. Enumerable.Repeat((byte)0x85, 1_000_000), (byte)'.'],
        ["too many instructions"] = [0x80, 2, .. Enumerable.Repeat((byte)'N', PickleMachine.MostSteps), (byte)'.'],
        ["a list copied again and again"] = CopiedList(),
    };

    private readonly PyTorchFolder _folder = new();

    public static TheoryData<string, string> ForeignGlobals => new()
    {
        { "os", "system" },
        { "posix", "system" },
        { "builtins", "eval" },
        { "__builtin__", "getattr" },
        { "torch", "load" },
        { "torch._utils", "_rebuild_sparse_tensor" },
        { "torch.jit._pickle", "build_intlist" },
        { "collections", "OrderedDict.fromkeys" },
        { "numpy.core.multiarray", "_reconstruct" },
        { "torch", "UntypedStorage" },
    };

    public static TheoryData<long[], long[], long, long> BadViews => new()
    {
        { [2, 3], [3, 1], 1, 6 },
        { [7], [1], 0, 6 },
        { [2], [6], 0, 6 },
        { [2], [-1], 1, 6 },
        { [-2], [1], 0, 6 },
        { [1], [1], -1, 6 },
        { [1], [1], 6, 6 },
        { [1], [1], Huge, 6 },
        { [2], [Huge], 0, 6 },
        { [Huge, Huge], [Huge, Huge], Huge, 6 },
        { [Huge], [0], 0, 6 },
        { [1L << 62, 4], [0, 0], 0, 6 },
        { [3, 3], [1, 1], 0, 6 },
        { [2, 2], [1], 0, 6 },
        { [], [1], 0, 6 },
        { [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 6 },
    };

    public static TheoryData<string> BadPickles => [.. Pickles.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ForeignGlobals))]
    public void Open_ForeignGlobal_RefusedWithItsNameAndNothingExecuted(string module, string name)
    {
        var witness = _folder.At("executed");
        var pickle = PickleBuilder.Start().Global(module, name).Text($"touch {witness}").Add(PickleOpcode.Tuple1).Add(PickleOpcode.Reduce).Stop();

        _folder.Refused(PyTorchFolder.Archive(pickle), $"needs '{module}.{name}' of Python");
        _folder.Refused([.. PyTorchFolder.LegacyStart(), .. pickle], "nothing was executed");

        Assert.False(File.Exists(witness));
    }

    [Theory]
    [MemberData(nameof(BadPickles))]
    public void Open_BadPickle_Refused(string what)
    {
        var pickle = Pickles[what];
        var before = GC.GetAllocatedBytesForCurrentThread();

        _folder.Refused(PyTorchFolder.Archive(pickle, ("archive/data/0", new byte[24])), "");
        _folder.Refused([.. PyTorchFolder.LegacyStart(), .. pickle], "");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500L << 20);
    }

    [Theory]
    [MemberData(nameof(BadViews))]
    public void Open_ViewThatDoesNotLieWithinItsStorage_Refused(long[] shape, long[] strides, long offset, long count)
    {
        var pickle = PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text("a").Tensor("0", shape, strides, offset, count).Add(PickleOpcode.SetItem).Stop();

        _folder.Refused(PyTorchFolder.Archive(pickle, ("archive/data/0", new byte[24])), "has a tensor of");
    }

    [Fact]
    public void Open_WholeFile_IsRead()
    {
        var bytes = PyTorchFolder.Archive(PickleBuilder.StateDictionary([("a", [2, 3])]), ("archive/data/0", new byte[24]), ("archive/byteorder", "little"u8.ToArray()));

        Assert.Equal(new float[6], PyTorchFolder.ReadAll(_folder.Put(bytes))["a"]);
    }

    [Fact]
    public void Open_OtherArchives_RefusedWithTheReason()
    {
        var pickle = PickleBuilder.StateDictionary([("a", [6])]);
        (string, byte[]) storage = ("archive/data/0", new byte[24]);

        _folder.Refused(PyTorchFolder.Archive(CompressionLevel.Optimal, ("archive/data.pkl", pickle), storage), "compressed");
        _folder.Refused(PyTorchFolder.Archive(CompressionLevel.NoCompression, ("readme.txt", pickle)), "with 0 entries data.pkl");
        _folder.Refused(PyTorchFolder.Archive(pickle, ("other/data.pkl", pickle), storage), "with 2 entries data.pkl");
        _folder.Refused(PyTorchFolder.Archive(pickle, storage, storage), "twice");
        _folder.Refused(PyTorchFolder.Archive(pickle, storage, ("archive/byteorder", "big"u8.ToArray())), "big-endian");
        _folder.Refused(PyTorchFolder.Archive(pickle, storage, ("archive/constants.pkl", pickle)), "TorchScript");
        _folder.Refused(PyTorchFolder.Archive(new byte[PyTorchFile.MostPickleBytes + 1]), "of at most");
    }

    [Fact]
    public void ReadSingles_StorageThatDoesNotMatchItsChecksum_Refused()
    {
        var bytes = PyTorchFolder.Archive(PickleBuilder.StateDictionary([("a", [2])]), ("archive/data/0", "12345678"u8.ToArray()));
        bytes[bytes.AsSpan().IndexOf("12345678"u8)] ^= 1;

        _folder.Refused(bytes, "'archive/data/0' in it does not match its checksum");
    }

    [Theory]
    [InlineData(10, 1, "list of")]
    [InlineData(12, 4, "outside of it")]
    [InlineData(16, 4, "outside of it")]
    public void Open_ArchiveWhoseEndLies_Refused(int at, int length, string reason)
    {
        var bytes = PyTorchFolder.Archive(PickleBuilder.StateDictionary([("a", [2])]), ("archive/data/0", new byte[8]));
        var end = bytes.AsSpan(bytes.Length - 22);
        // Not all ones, which would refer to the 64-bit record.
        end.Slice(at, length).Fill(0x7F);

        _folder.Refused(bytes, reason);
    }

    [Fact]
    public void Open_ArchiveWith64BitValuesOutOfRange_Refused()
    {
        var bytes = PyTorchFolder.Archive(PickleBuilder.StateDictionary([("a", [2])]), ("archive/data/0", new byte[8]));
        bytes.AsSpan(bytes.Length - 22 + 16, 4).Fill(0xFF);
        _folder.Refused(bytes, "outside of it");

        // A 64-bit record of its own, whose list lies anywhere.
        foreach (var value in (long[])[-1, Huge, long.MinValue, bytes.Length])
        {
            var record = new byte[56 + 20];
            BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064B50);
            foreach (var at in (int[])[32, 40, 48])
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(at), value);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(56), 0x07064B50);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(64), bytes.Length - 22);
            _folder.Refused([.. bytes[..^22], .. record, .. bytes[^22..]], "");
        }
    }

    [Fact]
    public void Open_OldFileThatContradictsItself_Refused()
    {
        var pickle = PickleBuilder.StateDictionary([("a", [2])]);
        byte[] start = [.. PyTorchFolder.LegacyStart(), .. pickle];
        var keys = PickleBuilder.Start().Add(PickleOpcode.EmptyList).Text("0").Add(PickleOpcode.Append).Stop();
        byte[] storage = [.. BitConverter.GetBytes(2L), .. new byte[8]];

        Assert.Equal(new float[2], PyTorchFolder.ReadAll(_folder.Put([.. start, .. keys, .. storage]))["a"]);
        _folder.Refused([.. start, .. keys, .. storage[..^1]], "is cut short");
        _folder.Refused([.. start, .. keys, .. BitConverter.GetBytes(3L), .. new byte[12]], "has 3 elements, where its tensors say 2");
        _folder.Refused([.. start, .. keys, .. BitConverter.GetBytes(-1L), .. new byte[8]], "has -1 elements");
        _folder.Refused([.. start, .. PickleBuilder.Start().Add(PickleOpcode.EmptyList).Stop(), .. storage], "does not list the storage '0'");
        _folder.Refused([.. start, .. PickleBuilder.Start().Ints(1).Stop(), .. storage], "has no list of storages");
        _folder.Refused(
            [.. start, .. PickleBuilder.Start().Add(PickleOpcode.EmptyList).Text("0").Add(PickleOpcode.Append).Text("0").Add(PickleOpcode.Append).Stop(), .. storage, .. storage], "twice");
        _folder.Refused([.. PyTorchFolder.LegacyStart(version: 1000), .. pickle, .. keys, .. storage], "version");
        _folder.Refused([.. PyTorchFolder.LegacyStart(littleEndian: false), .. pickle, .. keys, .. storage], "big-endian");
        var storedTwoWays = PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text("a").Tensor("0", [2]).Add(PickleOpcode.SetItem).Text("b").Tensor("0", [1]).Add(PickleOpcode.SetItem).Stop();
        _folder.Refused([.. PyTorchFolder.LegacyStart(), .. storedTwoWays, .. keys, .. storage], "in two ways");
    }

    [Fact]
    public void Open_NameThatSteersATerminal_IsShownWithoutItsControlCharacters()
    {
        var pickle = PickleBuilder.Start().Global("os\u001b[2J", new string('x', 900)).Stop();

        _folder.Refused(PyTorchFolder.Archive(pickle), "needs 'os?[2J.xxxx");
    }

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
