using System.Buffers.Binary;
using System.IO.Compression;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>Files that were made to do harm, or are corrupt in a way that chance does not find.</summary>
public sealed class PyTorchMalformedTests : IDisposable
{
    private const long Huge = long.MaxValue;

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

    public static TheoryData<string> Pickles => [.. BadPickles.All.Keys];

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
    [MemberData(nameof(Pickles))]
    public void Open_BadPickle_Refused(string what)
    {
        var pickle = BadPickles.All[what];
        var before = GC.GetAllocatedBytesForCurrentThread();

        _folder.Refused(PyTorchFolder.Archive(pickle, ("archive/data/0", new byte[24])), "");
        _folder.Refused([.. PyTorchFolder.LegacyStart(), .. pickle], "");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300L << 20);
    }

    [Theory]
    [MemberData(nameof(BadViews))]
    public void Open_ViewThatDoesNotLieWithinItsStorage_Refused(long[] shape, long[] strides, long offset, long count)
    {
        var pickle = PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text("a").Tensor("0", shape, strides, offset, count).Add(PickleOpcode.SetItem).Stop();

        _folder.Refused(PyTorchFolder.Archive(pickle, ("archive/data/0", new byte[24])), "has a tensor of");
    }

    [Fact]
    public void Open_MutatedPickleOfAWholeArchive_ThrowsOrReads()
    {
        var good = PickleBuilder.StateDictionary([("a", [2, 3]), ("b", []), ("c", [4])], under: "model");
        (string, byte[])[] storages = [("archive/data/0", new byte[24]), ("archive/data/1", new byte[4]), ("archive/data/2", new byte[16])];
        // Instructions are the likeliest to do something new in another place.
        var instructions = Enum.GetValues<PickleOpcode>();
        var random = new Random(7);
        var reads = 0;
        for (var round = 0; round < 1500; round++)
        {
            var pickle = good.ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(pickle.Count);
                var value = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)instructions[random.Next(instructions.Length)];
                switch (random.Next(3))
                {
                    case 0:
                        pickle[at] = value;
                        break;
                    case 1:
                        pickle.Insert(at, value);
                        break;
                    default:
                        pickle.RemoveAt(at);
                        break;
                }
            }

            reads += _folder.ThrowsOrReads(PyTorchFolder.Archive([.. pickle], storages)) ? 1 : 0;
        }

        Assert.InRange(reads, 1, 1499);
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
        _folder.Refused(PyTorchFolder.Archive(new byte[PyTorchFile.MaxPickleBytes + 1]), "of at most");
    }

    [Fact]
    public void ReadFp32_StorageThatDoesNotMatchItsChecksum_Refused()
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
    public void Open_LongKey_Refused()
    {
        var key = new string('k', 5000);
        byte[][] pickles =
        [
            PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text(key).Tensor("0", [2]).Add(PickleOpcode.SetItem).Stop(),
            PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text("a").Tensor(key, [2]).Add(PickleOpcode.SetItem).Stop(),
            PickleBuilder.Start().Global("collections", "OrderedDict").Add(PickleOpcode.EmptyList).Text(key).Tensor("0", [2]).Add(PickleOpcode.Tuple2)
                .Add(PickleOpcode.Append).Add(PickleOpcode.Tuple1).Add(PickleOpcode.Reduce).Stop(),
        ];

        Assert.All(pickles, pickle => _folder.Refused(PyTorchFolder.Archive(pickle, ("archive/data/0", new byte[8])), "has a key of 5000 characters"));
    }

    [Fact]
    public void Open_NameThatSteersATerminal_IsShownWithoutItsControlCharacters()
    {
        var pickle = PickleBuilder.Start().Global("os\u001b[2J", new string('x', 900)).Stop();

        _folder.Refused(PyTorchFolder.Archive(pickle), "needs 'os?[2J.xxxx");
    }
}
