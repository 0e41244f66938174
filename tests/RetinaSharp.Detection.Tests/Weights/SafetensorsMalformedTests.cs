using System.Text;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class SafetensorsMalformedTests : IDisposable
{
    private readonly SafetensorsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Tensor(string name, int begin, int end) =>
        $$"""
        "{{name}}":{"dtype":"U8","shape":[{{end - begin}}],"data_offsets":[{{begin}},{{end}}]}
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Open_FewerBytesThanPrefix_Refused(int length) => _folder.Refused(new byte[length], "too few");

    [Theory]
    [InlineData(3ul)]
    [InlineData(100_000_001ul)]
    [InlineData(0x7fff_ffff_ffff_ffff)]
    [InlineData(0xffff_ffff_ffff_fff8)]
    public void Open_HeaderLongerThanFile_Refused(ulong length) =>
        _folder.Refused([.. BitConverter.GetBytes(length), (byte)'{', (byte)'}'], "its header would take");

    [Fact]
    public void Open_HeaderOfFileAboveLimit_Refused()
    {
        var path = _folder.Put(BitConverter.GetBytes(100_000_001ul));
        // Sparse: the length is there, the bytes take no space.
        using (var file = File.OpenWrite(path))
            file.SetLength(200_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<WeightsException>(() => SafetensorsFile.Open(path));
        Assert.Contains("of at most 100000000", e.Reason, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("", "does not start with '{'")]
    [InlineData(" {}", "does not start with '{'")]
    [InlineData("[]", "does not start with '{'")]
    [InlineData("null", "does not start with '{'")]
    [InlineData("\uFEFF{}", "does not start with '{'")]
    [InlineData("{", "is not JSON")]
    [InlineData("{}{}", "is not JSON")]
    [InlineData("{}\0", "is not JSON")]
    [InlineData("{} // comment", "is not JSON")]
    [InlineData("{\"a\":1,}", "is a JSON Number where StartObject belongs")]
    [InlineData("{\"a\":{},}", "lacks a dtype")]
    [InlineData("{\"__metadata__\":{},}", "is not JSON")]
    [InlineData("{\"\\ud800\":{}}", "is not JSON")]
    [InlineData("{\"a\":[]}", "is a JSON StartArray where StartObject belongs")]
    [InlineData("{\"a\":null}", "is a JSON Null where StartObject belongs")]
    [InlineData("{\"__metadata__\":\"x\"}", "is a JSON String where StartObject belongs")]
    [InlineData("{\"__metadata__\":{\"epoch\":3}}", "is a JSON Number where String belongs")]
    [InlineData("{\"__metadata__\":{\"epoch\":null}}", "is a JSON Null where String belongs")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "'k' appears twice")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"\\u006b\":\"2\"}}", "'k' appears twice")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "'__metadata__' appears twice")]
    public void Open_HeaderOfWrongForm_Refused(string json, string reason) => _folder.Refused(SafetensorsFolder.Bytes(json), reason);

    [Theory]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1]}", "lacks a dtype")]
    [InlineData("{\"dtype\":\"F32\",\"data_offsets\":[0,4]}", "lacks a dtype")]
    [InlineData("{\"shape\":[1],\"data_offsets\":[0,4]}", "lacks a dtype")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}", "lacks a dtype")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}", "lacks a dtype")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"stride\":[1]}", "unknown key 'stride'")]
    [InlineData("{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", "key 'dtype' twice")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}", "key 'shape' twice")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"data_offsets\":[0,4]}", "key 'data_offsets' twice")]
    [InlineData("{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}", "unknown dtype 'f32'")]
    [InlineData("{\"dtype\":\"Bool\",\"shape\":[4],\"data_offsets\":[0,4]}", "unknown dtype 'Bool'")]
    [InlineData("{\"dtype\":7,\"shape\":[4],\"data_offsets\":[0,4]}", "is a JSON Number where String belongs")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}", "is a JSON Number where StartArray belongs")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}", "outside of the file's 4 bytes")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}", "outside of the file's 4 bytes")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775807,9223372036854775807]}", "outside of the file's 4 bytes")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551620]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}", "does not match the length")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,4]}", "does not match the length")]
    // 4 · 4611686018427387905 is 4 modulo 2^64, and 4 · 2^31 · 2^31 is 0.
    [InlineData("{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}", "does not match the length")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[2147483648,2147483648],\"data_offsets\":[0,0]}", "does not match the length")]
    [InlineData("{\"dtype\":\"I32\",\"shape\":[2,18446744073709551614],\"data_offsets\":[0,4]}", "other than a whole number")]
    [InlineData("{\"dtype\":\"I32\",\"shape\":[2,9223372036854775807],\"data_offsets\":[0,4]}", "does not match the length")]
    public void Open_TensorOfWrongForm_Refused(string tensor, string reason) =>
        _folder.Refused(SafetensorsFolder.Bytes($"{{\"a\":{tensor}}}", 4), reason);

    [Fact]
    public void Open_TensorTwice_Refused() =>
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("a", 0, 4)},{Tensor("a", 4, 8)}}}", 8), "'a' appears twice");

    [Theory]
    [InlineData(0, 6, 4, 8)]
    [InlineData(0, 8, 0, 8)]
    [InlineData(0, 8, 2, 4)]
    [InlineData(0, 8, 4, 4)]
    public void Open_Overlap_Refused(int begin1, int end1, int begin2, int end2)
    {
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("a", begin1, end1)},{Tensor("b", begin2, end2)}}}", 8), "overlaps");
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("b", begin2, end2)},{Tensor("a", begin1, end1)}}}", 8), "overlaps");
    }

    [Fact]
    public void Open_HoleBetween_Refused() =>
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("a", 0, 3)},{Tensor("b", 4, 8)}}}", 8), "the 1 bytes before tensor 'b'");

    [Fact]
    public void Open_HoleAtStart_Refused() =>
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("a", 2, 8)}}}", 8), "the 2 bytes before tensor 'a'");

    [Fact]
    public void Open_DataBehindLastTensor_Refused() =>
        _folder.Refused(SafetensorsFolder.Bytes($"{{{Tensor("a", 0, 8)}}}", 9), "the last 1 bytes");

    [Fact]
    public void Open_EveryTruncation_Refused()
    {
        var whole = SafetensorsFolder.Bytes($"{{{Tensor("a", 0, 4)},{Tensor("b", 4, 8)}}}", 8);
        for (var length = 0; length < whole.Length; length++)
            _folder.Refused(whole[..length], "get or export it again");
    }

    [Fact]
    public void Open_IllFormedUtf8_Refused()
    {
        var bytes = SafetensorsFolder.Bytes("{\"__metadata__\":{\"a\":\"?\"}}");
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xff;
        _folder.Refused(bytes, "is not JSON");
    }

    [Fact]
    public void Open_DeeplyNested_Refused() =>
        _folder.Refused(SafetensorsFolder.Bytes("{\"a\":{\"shape\":" + new string('[', 100_000)), "other than a whole number");

    [Fact]
    public void Open_ControlCharactersInName_NotInMessage()
    {
        var e = _folder.Refused(SafetensorsFolder.Bytes("{\"\\u001b[2J" + new string('x', 500) + "\":1}"), "StartObject belongs");
        Assert.DoesNotContain('\u001b', e.Message);
        Assert.DoesNotContain(new string('x', 100), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFileOrFolder_Refused()
    {
        Assert.Contains("cannot be read", Assert.Throws<WeightsException>(() => SafetensorsFile.Open(_folder.At("none"))).Reason, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<WeightsException>(() => SafetensorsFile.Open(_folder.Path)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MutatedHeader_ReadsOrThrowsWeightsException()
    {
        var path = _folder.At("whole.safetensors");
        SafetensorsWriter.Write(
            path,
            [
                new("weight", SafetensorsType.F32, [2, 3], new byte[24]),
                new("bias", SafetensorsType.BF16, [3], new byte[6]),
                new("steps", SafetensorsType.I64, [], new byte[8]),
                new("none", SafetensorsType.F16, [0, 4], Array.Empty<byte>()),
            ],
            new Dictionary<string, string> { ["classes"] = "a\nb", ["größe"] = "1" });
        var whole = File.ReadAllBytes(path);
        var headerEnd = 8 + (int)BitConverter.ToInt64(whole);
        var structural = Encoding.ASCII.GetBytes("{}[]\",:\\0123456789-.eu \0");
        var random = new Random(20250101);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = (byte[])whole.Clone();
            var flips = random.Next(1, 4);
            for (var f = 0; f < flips; f++)
            {
                ref var target = ref bytes[random.Next(random.Next(4) == 0 ? 8 : headerEnd)];
                target = random.Next(3) switch
                {
                    0 => (byte)(target ^ (1 << random.Next(8))),
                    1 => structural[random.Next(structural.Length)],
                    _ => (byte)random.Next(256),
                };
            }
            if (Survives(_folder.Put(bytes)))
                read++;
            else
                refused++;
        }
        // Both ways are taken: most changes break a rule, but another letter in a name or text is another valid file.
        Assert.InRange(read, 20, 1000);
        Assert.Equal(2000, read + refused);
    }

    private static bool Survives(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var (name, tensor) in file.Entries)
            {
                file.Read(name, new byte[tensor.Length]);
                if (tensor.Type is SafetensorsType.F32 or SafetensorsType.BF16)
                    Assert.Equal(tensor.Count, file.ReadFp32(name).Length);
            }
            file.VerifyChecksum();
            return true;
        }
        catch (WeightsException)
        {
            return false;
        }
    }
}
