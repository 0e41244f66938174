using System.Text.Json.Nodes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Weights;

[Collection(TorchCollection.Name)]
public class ModelFileTests(TrainedModel trained) : LeakCheck
{
    private const string Key = "retinasharp.model";

    private string Good => Path.Combine(trained.Folder, ModelFile.Last);

    [Fact]
    public void Save_WhatWasLoaded_IsTheSameFile()
    {
        var (state, description) = ModelFile.Load(Good);
        using var owned = state;
        var copy = trained.At("copy.safetensors");
        ModelFile.Save(copy, state.Entries, description);

        Assert.Equal(File.ReadAllBytes(Good), File.ReadAllBytes(copy));
        Assert.Equal(SettingsJson.Write(TinyRun.Settings with { Training = description.Settings.Training }), SettingsJson.Write(description.Settings));
    }

    [Fact]
    public void Load_WithoutChecksum_DetectsTheSame()
    {
        // As other tools save a file anew: they keep the metadata that they do not know, or drop it.
        var path = Rewrite((_, _) => { }, checksum: false);
        using (var file = SafetensorsFile.Open(path))
            Assert.False(file.VerifyChecksum());
        var options = new DetectorOptions { Threads = 2, Precision = Precision.Fp32 };
        using var expected = Detector.Load(Good, options);
        using var detector = Detector.Load(path, options);

        Assert.NotEmpty(expected.Detect(trained.Set.Images[0].Path));
        Assert.All(trained.Set.Images.Take(3), image => Assert.Equal(expected.Detect(image.Path), detector.Detect(image.Path)));
    }

    [Fact]
    public void Load_ChangedByte_Throws()
    {
        var bytes = File.ReadAllBytes(Good);
        bytes[^1000] ^= 1;

        Assert.Contains("SHA-256", Refused(bytes));
    }

    [Fact]
    public void Load_ChangedByteOfTheData_Throws()
    {
        var good = File.ReadAllBytes(Good);
        var random = new RandomStream(3, "places");
        var header = 8 + BitConverter.ToInt32(good);
        foreach (var index in Enumerable.Range(0, 20).Select(_ => header + random.NextInt(good.Length - header)))
        {
            var bytes = (byte[])good.Clone();
            bytes[index] ^= 1;
            Refused(bytes);
        }
    }

    [Theory]
    [InlineData("short")]
    [InlineData("maxDetections")]
    public void Load_ChangedDigitInTheDescription_Throws(string setting)
    {
        var bytes = File.ReadAllBytes(Good);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(setting)) + setting.Length;
        at += bytes.AsSpan(at).IndexOfAnyInRange((byte)'1', (byte)'9');
        bytes[at] ^= bytes[at] == (byte)'1' ? (byte)2 : (byte)1;

        Assert.Contains("does not match its SHA-256", Refused(bytes));
    }

    [Fact]
    public void Load_AnyBitOfTheHeaderFlipped_ThrowsOrIsTheSameModel()
    {
        var good = File.ReadAllBytes(Good);
        var random = new Random(5);
        var path = trained.At("flipped.safetensors");
        var settings = SettingsJson.Write(ModelFile.Describe(Good).Settings);
        for (var round = 0; round < 200; round++)
        {
            var bytes = (byte[])good.Clone();
            bytes[random.Next(8 + (int)BitConverter.ToInt64(good))] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            try
            {
                var (state, description) = ModelFile.Load(path);
                state.Dispose();
                Assert.Equal(settings, SettingsJson.Write(description.Settings));
            }
            catch (WeightsException error)
            {
                Assert.Equal(path, error.File);
            }
        }
    }

    [Theory]
    [InlineData("settings.model", """{"depth": 152, "width": 8}""", "the model needs [512, 3, 7, 7]")]
    [InlineData("settings.model", """{"pyramidChannels": 4096, "headConvolutions": 16}""", "the model needs [64, 3, 7, 7]")]
    [InlineData("settings.model.anchors.maxLevel", "10", "has no tensor 'backbone.fpn.extra_blocks.p8.weight'")]
    public void Load_DescriptionOfAnotherNetwork_ThrowsWithTheFirstWeightThatDoesNotFit(string place, string value, string reason) => Assert.Contains(reason, Described(place, value));

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:61", "git lfs pull")]
    [InlineData("PK\u0003\u0004\0\0\u0008\u0008and so on", "PyTorch")]
    public void Load_KnownOtherFile_ThrowsAndNamesIt(string text, string name) => Assert.Contains(name, Refused(System.Text.Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(2000)]
    [InlineData(100_000)]
    public void Load_CutShort_Throws(int length) => Refused(File.ReadAllBytes(Good)[..length]);

    [Fact]
    public void Load_SomethingElse_Throws() => Refused("this is no model, but long enough to have a header of some length"u8.ToArray());

    [Fact]
    public void Load_WeightsOfAnotherProgram_Throws() => Assert.Contains("RetinaSharp", Rewritten((entries, metadata) => metadata.Remove(Key)));

    [Fact]
    public void Load_WeightMissing_ThrowsAndNamesIt() =>
        Assert.Contains("head.regression_head.bbox_reg.bias", Rewritten((entries, _) => entries.RemoveAll(entry => entry.Name == "head.regression_head.bbox_reg.bias")));

    [Fact]
    public void Load_WeightTooMany_ThrowsAndNamesIt() =>
        Assert.Contains("extra.weight", Rewritten((entries, _) => entries.Add(new("extra.weight", SafetensorsType.F32, [1], new byte[4]))));

    [Fact]
    public void Load_WeightOfAnotherShape_ThrowsAndNamesIt() => Assert.Contains("head.regression_head.bbox_reg.bias", Rewritten((entries, _) =>
    {
        var place = entries.FindIndex(entry => entry.Name == "head.regression_head.bbox_reg.bias");
        entries[place] = new(entries[place].Name, SafetensorsType.F32, [2], new byte[8]);
    }));

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("\"text\"")]
    public void Load_DescriptionThatIsNone_Throws(string text) => Rewritten((_, metadata) => metadata[Key] = text);

    [Theory]
    [InlineData("version", "99")]
    [InlineData("categories", "null")]
    [InlineData("categories", "[]")]
    [InlineData("categories", "[null]")]
    [InlineData("settings", "null")]
    [InlineData("settings.model", "null")]
    [InlineData("settings.model.depth", "19")]
    [InlineData("settings.model.norm", "77")]
    [InlineData("settings.model.anchors", "null")]
    [InlineData("settings.model.anchors.scales", "null")]
    [InlineData("settings.model.anchors.minLevel", "0")]
    [InlineData("settings.model.anchors.minLevel", "6")]
    [InlineData("settings.model.anchors.maxLevel", "4")]
    [InlineData("settings.input.short", "-5")]
    [InlineData("settings.model.anchors.scales", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]")]
    public void Load_DescriptionOutOfRange_Throws(string place, string value) => Described(place, value);

    [Fact]
    public void Load_DescriptionOfALaterVersion_ThrowsAndNamesTheVersion() => Assert.Contains("has version 99", Rewritten((_, metadata) =>
    {
        var root = JsonNode.Parse(metadata[Key])!;
        root["version"] = 99;
        root["novelty"] = 1;
        metadata[Key] = root.ToJsonString();
    }));

    [Fact]
    public void Load_DescriptionWithAMemberTwice_ThrowsAndNamesIt() =>
        Assert.Contains("'steps'", Rewritten((_, metadata) => metadata[Key] = metadata[Key].Insert(1, "\"steps\": 1,")));

    [Fact]
    public void Describe_WrittenBeforeASettingWasThere_HasItsDefault()
    {
        var path = Rewrite((_, metadata) =>
        {
            var root = JsonNode.Parse(metadata[Key])!;
            root["settings"]!["inference"]!.AsObject().Remove("nmsIou");
            root["settings"]!.AsObject().Remove("loss");
            metadata[Key] = root.ToJsonString();
        });

        Assert.Equal(new InferenceSettings().NmsIouThreshold, ModelFile.Describe(path).Settings.Inference.NmsIouThreshold);
        Assert.Equal(new LossSettings(), ModelFile.Describe(path).Settings.Loss);
    }

    /// <summary>The message with which a changed copy of the model is refused.</summary>
    private string Rewritten(Action<List<SafetensorsEntry>, Dictionary<string, string>> change) => Refused(Rewrite(change));

    /// <summary>The message with which the model is refused when its description has something else in a place.</summary>
    private string Described(string place, string value) => Rewritten((_, metadata) =>
    {
        var root = JsonNode.Parse(metadata[Key])!;
        var names = place.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!);
        parent[names[^1]] = JsonNode.Parse(value);
        metadata[Key] = root.ToJsonString();
    });

    private string Rewrite(Action<List<SafetensorsEntry>, Dictionary<string, string>> change, bool checksum = true)
    {
        var path = trained.At("rewritten.safetensors");
        using (var file = SafetensorsFile.Open(Good))
        {
            var entries = file.Entries.Select(entry =>
            {
                var bytes = new byte[entry.Value.Length];
                file.Read(entry.Key, bytes);
                return new SafetensorsEntry(entry.Key, entry.Value.Type, [.. entry.Value.Shape], bytes);
            }).ToList();
            var metadata = new Dictionary<string, string> { [Key] = file.Metadata[Key] };
            change(entries, metadata);
            SafetensorsWriter.Write(path, entries, metadata, checksum: checksum);
        }
        return path;
    }

    private string Refused(byte[] bytes)
    {
        var path = trained.At("corrupt.safetensors");
        File.WriteAllBytes(path, bytes);
        return Refused(path);
    }

    private static string Refused(string path)
    {
        var error = Assert.Throws<WeightsException>(() =>
        {
            var (state, _) = ModelFile.Load(path);
            state.Dispose();
        });
        Assert.Equal(path, error.File);
        return error.Message;
    }
}
