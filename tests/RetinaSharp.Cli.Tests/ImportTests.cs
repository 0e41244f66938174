using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Slow")]
[Collection(BadInput.SharedModel.Name)]
public sealed class ImportTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Trained => Path.Combine(trained.Run, "last.safetensors");

    private string Model => _folder.At("model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Import_WeightsWithoutDescription_WritesAModel()
    {
        var ran = CommandResult.Retina("import", Foreign(("head.extra", "more")), "--out", Model, "--classes", _folder.Write("names.txt", "red\ngreen\n"), "--json").IsDone();

        Assert.Equal(["head.extra"], ran.Json.GetProperty("unexpected").EnumerateArray().Select(name => name.GetString()!));
        Assert.Empty(ran.Json.GetProperty("missing").EnumerateArray());
        Assert.Equal(["red", "green"], ran.Json.GetProperty("model").GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("category").GetString()!));
        Assert.Equal([Model], ran.Json.GetProperty("files").EnumerateArray().Select(file => file.GetString()!));
        CommandResult.Retina("detect", Model, trained.Images, "--json").IsDone();
        Assert.Contains("imported from", CommandResult.Retina("info", Model).IsDone().Out);
    }

    [Fact]
    public void Import_WithoutJson_PrintsKeysAndTheFile()
    {
        var ran = CommandResult.Retina("import", Foreign(("head.extra", "more")), "--out", Model).IsDone();

        Assert.Equal(Model, ran.Out.Trim());
        Assert.Contains("RetinaNet on resnet18 of width 0.25, 2 classes", ran.Error);
        Assert.Contains("none missing, 1 unexpected", ran.Error);
        Assert.Contains("input: short side 800, long side up to 1333", ran.Error);
        Assert.Contains("unexpected: head.extra", ran.Error);
    }

    [Fact]
    public void Import_BadFile_ExitsWith3AndWritesNothing()
    {
        Refused("is not there", Path.Combine(_folder.Root, "none.pth"), "cannot be read");
        Refused("a foreign global", Golden("path.pth"), "'pathlib.PurePosixPath'", "nothing was executed");
        Refused("no network of torchvision", Golden("zip.pth"), "not those of a torchvision RetinaNet or ResNet");
        Refused("a model of this program", Trained, "already");
        Refused("a weight is missing", Foreign(("head.regression_head.bbox_reg.bias", "gone")), "head.regression_head.bbox_reg.bias");
        Refused("ranges that overlap", Foreign(("head.regression_head.bbox_reg.bias", "overlap")), "overlap");
        CommandResult.Retina("import", Foreign(), "--out", Model, "--classes", _folder.Write("names.txt", "a\nb\nc\nd\ne\n")).IsRefused(ExitCode.BadData, "names.txt", "5 classes");
        Assert.False(File.Exists(Model));
    }

    [Fact]
    public void Train_WeightsWithoutDescription_UsesTheirArchitecture()
    {
        var weights = Foreign();

        var ran = CommandResult.Retina("train", "--train", trained.Data, "--out", _folder.At("run"), "--weights", weights, "--size", "64", "--epochs", "1", "--batch", "4").IsDone();

        Assert.Contains($"with the architecture of {weights}: RetinaNet with resnet18 of width 0.25", ran.Error);
        Assert.DoesNotContain("random weights", ran.Error);
    }

    [SharedDataFact]
    public void Import_TruncatedTar_ExitsWith3() => Refused("tar", SharedData.At("data", "bad-input", "truncated-tar.pth"), "is a tar archive");

    [Fact]
    public void Import_WrongUsage_ExitsWith2()
    {
        var file = Foreign();
        CommandResult.Retina("import", file).IsRefused(ExitCode.WrongUsage, "--out");
        CommandResult.Retina("import", file, "--out", _folder.Root).IsRefused(ExitCode.WrongUsage, "is a folder");
        CommandResult.Retina("import", file, "--out", _folder.At("none", "model.safetensors")).IsRefused(ExitCode.WrongUsage, "does not exist");
        CommandResult.Retina("import", file, "--out", file).IsRefused(ExitCode.WrongUsage, "would be overwritten");
    }

    private void Refused(string what, string file, params string[] words)
    {
        Assert.NotEmpty(what);
        CommandResult.Retina("import", file, "--out", Model, "--json").IsRefused(ExitCode.BadData, [$"error: {file}: ", .. words]);
        Assert.False(File.Exists(Model), what);
    }

    private static string Golden(string name) => Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "pytorch", name);

    /// <summary>The trained model's weights as another program would write them: without metadata, and with changes.</summary>
    private string Foreign(params (string Name, string Change)[] changes)
    {
        var bytes = File.ReadAllBytes(Trained);
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, start - 8))!.AsObject();
        header.Remove("__metadata__");
        var data = bytes[start..];
        foreach (var (name, change) in changes)
        {
            if (change == "overlap")
            {
                header[name]!["data_offsets"] = new JsonArray(0, header[name]!["data_offsets"]![1]!.GetValue<long>() - header[name]!["data_offsets"]![0]!.GetValue<long>());
                continue;
            }

            // The format allows no holes: the bytes of a removed tensor belong to another one.
            var (from, to) = (data.Length, data.Length + 4);
            if (change == "gone")
                (from, to) = (header[name]!["data_offsets"]![0]!.GetValue<int>(), header[name]!["data_offsets"]![1]!.GetValue<int>());
            else
                data = [.. data, 0, 0, 0, 0];
            header.Remove(name);
            header[change == "gone" ? "other" : name] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray((to - from) / 4), ["data_offsets"] = new JsonArray(from, to) };
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        var path = _folder.At("foreign.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data]);
        return path;
    }
}
