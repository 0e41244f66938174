using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Cli.Tests.BadInput;

[Collection(SharedModel.Name)]
public sealed class BadModelTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Damages => new()
    {
        { "a byte of the data", "does not match its SHA-256" },
        { "a digit of the description", "does not match its SHA-256" },
        { "a brace of the header", "the header does not start with '{'" },
        { "the length of the header", "its header would take" },
        { "cut in the data", "the file is corrupt" },
        { "cut in the header", "cut short" },
        { "empty", "holds 0 bytes" },
        { "foreign", "was not written by RetinaSharp" },
        { "zip", "(retina import FILE --out MODEL.safetensors)" },
        { "pickle", "is a PyTorch file (.pth)" },
        { "git lfs", "git lfs pull" },
        { "annotations", "not a safetensors file" },
    };

    private string Good => Path.Combine(trained.Run, "last.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void DetectAndEval_CorruptModel_ExitWith3AndTheReason(string damage, string reason)
    {
        var model = _folder.Write("model.safetensors", "");
        File.WriteAllBytes(model, Corrupt(damage));

        CommandResult.Retina("detect", model, trained.Images, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, $"error: {model}: ", reason);
        CommandResult.Retina("eval", model, trained.Data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, $"error: {model}: ", reason);
        // The metadata are read without the weights.
        if (damage != "a byte of the data")
            CommandResult.Retina("info", model).IsRefused(ExitCode.BadData, $"error: {model}: ", reason);
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Fact]
    public void EveryVerb_FolderWithoutWeights_ExitsWith3()
    {
        _folder.Write("run/config.json", "{}");
        string[][] calls = [["info", _folder.At("run")], ["eval", _folder.At("run"), trained.Data], ["detect", _folder.At("run"), trained.Images]];

        Assert.All(calls, call => CommandResult.Retina(call).IsRefused(ExitCode.BadData, $"error: {_folder.At("run")}: ", "is it a run folder whose training has saved nothing yet?"));
    }

    private byte[] Corrupt(string damage)
    {
        var bytes = File.ReadAllBytes(Good);
        var header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        switch (damage)
        {
            case "a byte of the data":
                bytes[^1000] ^= 1;
                return bytes;
            case "a digit of the description":
                var at = bytes.AsSpan().IndexOf("maxDetections"u8);
                bytes[at + bytes.AsSpan(at).IndexOf((byte)'1')] = (byte)'2';
                return bytes;
            case "a brace of the header":
                bytes[8] ^= 1;
                return bytes;
            case "the length of the header":
                bytes[5] ^= 1;
                return bytes;
            case "cut in the data":
                return bytes[..^1];
            case "cut in the header":
                return bytes[..(header / 2)];
            case "foreign":
                var json = Encoding.UTF8.GetBytes("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""");
                return [.. BitConverter.GetBytes((long)json.Length), .. json, 0, 0, 0, 0];
            case "zip":
                return [.. "PK\x03\x04"u8, 0, 0, 8, 8, .. new byte[100]];
            case "pickle":
                return [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, .. new byte[100]];
            case "git lfs":
                return "version https://git-lfs.github.com/spec/v1\noid sha256:61\nsize 123456\n"u8.ToArray();
            case "annotations":
                return File.ReadAllBytes(trained.Data);
            default:
                return [];
        }
    }
}
