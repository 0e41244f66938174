using System.Buffers.Binary;
using System.Text;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class SafetensorsRoundTripTests : IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly SafetensorsFolder _folder = new();

    private string Target => _folder.At("model.safetensors");

    public void Dispose() => _folder.Dispose();

    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    // The bytes that the official implementation's own tests (safetensors 0.4, src/tensor.rs) expect of its writer.
    [Theory]
    [InlineData(null, "0800000000000000", "{}      ")]
    [InlineData("framework=pt", "2800000000000000", "{\"__metadata__\":{\"framework\":\"pt\"}}     ")]
    public void Write_NoTensors_BytesOfOfficialWriter(string? text, string prefix, string json)
    {
        var metadata = text is null ? NoMetadata : new() { [text.Split('=')[0]] = text.Split('=')[1] };
        SafetensorsWriter.Write(Target, [], metadata, checksum: false);
        Assert.Equal([.. Convert.FromHexString(prefix), .. Encoding.ASCII.GetBytes(json)], File.ReadAllBytes(Target));
    }

    [Theory]
    [InlineData("attn.0", new long[] { 1, 2, 3 }, "4000000000000000", "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}")]
    [InlineData("attn0", new long[] { 1, 1, 2, 3 }, "4800000000000000", "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ")]
    public void Write_Singles_BytesOfOfficialWriter(string name, long[] shape, string prefix, string json)
    {
        var data = new byte[24];
        for (var i = 0; i < 6; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), i);
        SafetensorsWriter.Write(Target, [new(name, SafetensorsType.F32, shape, data)], NoMetadata, checksum: false);
        var expected = Convert.FromHexString(prefix).Concat(Encoding.ASCII.GetBytes(json))
            .Concat(Convert.FromHexString("000000000000803f0000004000004040000080400000a040")).ToArray();
        Assert.Equal(expected, File.ReadAllBytes(Target));

        using var file = SafetensorsFile.Open(Target);
        Assert.Equal([0f, 1f, 2f, 3f, 4f, 5f], file.ReadFp32(name));
    }

    [Fact]
    public void Open_PaddedWithAnyWhitespace_Opens()
    {
        using var file = SafetensorsFile.Open(_folder.Put(SafetensorsFolder.Bytes("{}\r \t\n")));
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Open_TensorsOutOfOrder_OrderedByOffset()
    {
        var json = "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[4,6]},\"c\":{\"data_offsets\":[4,4],\"shape\":[0,7],\"dtype\":\"F64\"},"
            + "\"a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}";
        using var file = SafetensorsFile.Open(_folder.Put(SafetensorsFolder.Bytes(json, 6)));
        Assert.Equal(["a", "c", "b"], file.Entries.Keys);
        Assert.Equal(["a", "c", "b"], file.Entries.Values.Select(tensor => tensor.Name));
        Assert.Empty(file.ReadFp32("c"));
        var bytes = new byte[2];
        file.Read("b", bytes);
        Assert.Equal([4, 5], bytes);
    }

    [Fact]
    public void Write_EveryType_RoundTripsInOfficialOrder()
    {
        var types = Enum.GetValues<SafetensorsType>();
        var data = types.ToDictionary(type => type, type => Pattern(15 * type.ElementSize()));
        var metadata = new Dictionary<string, string> { ["b"] = "{\"k\":[1,\"ü <&> \\\\ \u2028\"]}", ["a"] = "", ["日本"] = "\u0001\n" };
        SafetensorsWriter.Write(
            Target,
            [.. types.Select(type => new SafetensorsEntry($"t.{type}", type, [3, 5], data[type])), new("t.Also", SafetensorsType.F32, [], Pattern(4))],
            metadata);

        using var file = SafetensorsFile.Open(Target);
        Assert.Equal(
            ["t.I64", "t.F64", "t.Also", "t.F32", "t.I32", "t.BF16", "t.F16", "t.I16", "t.I8", "t.U8", "t.Bool"], file.Entries.Keys);
        foreach (var type in types)
        {
            var tensor = file.Entries[$"t.{type}"];
            Assert.Equal((type, 15L, data[type].LongLength), (tensor.Type, tensor.Count, tensor.Length));
            Assert.Equal([3L, 5L], tensor.Shape);
            var read = new byte[tensor.Length];
            file.Read(tensor.Name, read);
            Assert.Equal(data[type], read);
            Assert.Equal(0, tensor.Begin % type.ElementSize());
        }
        Assert.Empty(file.Entries["t.Also"].Shape);
        Assert.Equal(metadata.Keys.Append("retinasharp.sha256").Order(), file.Metadata.Keys.Order());
        Assert.All(metadata, text => Assert.Equal(text.Value, file.Metadata[text.Key]));
        Assert.True(file.VerifyChecksum());
    }

    [Fact]
    public void ReadFp32_EveryFloatType_Converts()
    {
        float[] values = [0, -0f, 1, -2.5f, 0.15625f, float.PositiveInfinity, float.NaN, -65504];
        var half = values.SelectMany(v => BitConverter.GetBytes((Half)v)).ToArray();
        var single = values.SelectMany(BitConverter.GetBytes).ToArray();
        var wide = values.SelectMany(v => BitConverter.GetBytes((double)v)).ToArray();
        SafetensorsWriter.Write(
            Target,
            [
                new("half", SafetensorsType.F16, [8], half),
                new("single", SafetensorsType.F32, [8], single),
                new("wide", SafetensorsType.F64, [8], wide),
                // 1, -2, about pi, and the smallest subnormal, 2^-133.
                new("brain", SafetensorsType.BF16, [4], Convert.FromHexString("803f00c049400100")),
            ],
            NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        Assert.Equal(values, file.ReadFp32("half"));
        Assert.Equal(values, file.ReadFp32("single"));
        Assert.Equal(values, file.ReadFp32("wide"));
        Assert.Equal([1f, -2f, 3.140625f, MathF.ScaleB(1, -133)], file.ReadFp32("brain"));
    }

    [Fact]
    public void ReadFp32_LongerThanAChunk_ReadsAll()
    {
        var values = Enumerable.Range(0, 700_001).Select(i => (float)i).ToArray();
        void WriteInPieces(Stream stream)
        {
            foreach (var piece in values.Chunk(1000))
                stream.Write(piece.SelectMany(BitConverter.GetBytes).ToArray());
        }
        SafetensorsWriter.Write(Target, [new("a", SafetensorsType.U8, [1], new byte[1]), new("x", SafetensorsType.F32, [700_001], WriteInPieces)], NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        Assert.Equal(values, file.ReadFp32("x"));
        Assert.True(file.VerifyChecksum());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 2)]
    [InlineData(long.MaxValue, 1)]
    public void ReadFp32_RangeOutsideOfTheTensor_Throws(long first, int length)
    {
        SafetensorsWriter.Write(Target, [new("x", SafetensorsType.F32, [2], Pattern(8))], NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadFp32("x", first, new float[length]));
    }

    [Fact]
    public void Read_WrongNameTypeOrLength_Throws()
    {
        SafetensorsWriter.Write(Target, [new("n", SafetensorsType.I64, [1], new byte[8])], NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        Assert.Contains("no tensor 'm'", Assert.Throws<WeightsException>(() => file.Read("m", new byte[8])).Reason, StringComparison.Ordinal);
        Assert.Contains("is I64", Assert.Throws<WeightsException>(() => file.ReadFp32("n")).Reason, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.Read("n", new byte[7]));
    }

    [Fact]
    public void Read_FileCutAfterOpen_ThrowsWeightsException()
    {
        SafetensorsWriter.Write(Target, [new("x", SafetensorsType.F32, [2], new byte[8])], NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        var bytes = File.ReadAllBytes(Target);
        // Another program's truncation; this process's own share lock is passed over.
        using (var other = System.Diagnostics.Process.Start("truncate", ["-s", $"{bytes.Length - 1}", Target]))
            other.WaitForExit();
        Assert.Contains("became shorter", Assert.Throws<WeightsException>(() => file.ReadFp32("x")).Reason, StringComparison.Ordinal);
    }
}
