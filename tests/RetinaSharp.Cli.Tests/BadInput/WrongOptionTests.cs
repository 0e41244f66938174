using RetinaSharp.Cli.Options;

namespace RetinaSharp.Cli.Tests.BadInput;

public sealed class WrongOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Values out of range, and the allowed values in the message.</summary>
    public static TheoryData<string, string, string> OutOfRange => new()
    {
        { "--compat", "mmdetection", "none|torchvision|detectron2" },
        { "--weights", "", "is empty" },
        { "--backbone", "r20", "resnet18" },
        { "--neck", "bifpn", "fpn|pafpn" },
        { "--head", "centers", "anchors|points" },
        { "--box-head", "gaussian", "delta|distribution" },
        { "--assigner", "hungarian", "iou|atss|center|task-aligned|simota" },
        { "--mosaic", "1.5", "in [0, 1]" },
        { "--mixup", "-1", "in [0, 1]" },
        { "--copy-paste", "2", "in [0, 1]" },
        { "--repeat-factor", "2", "from 0 to 1" },
        { "--width", "0", "above 0 and at most 8" },
        { "--norm", "layer", "frozen|batch|group" },
        { "--freeze", "6", "from 0 to 5" },
        { "--levels", "7-3", "the finest first" },
        { "--levels", "1-7", "from 2 to 5" },
        { "--scales", "0", "above 0" },
        { "--ratios", "1,-1", "above 0" },
        { "--prior", "1", "above 0 and below 1" },
        { "--size", "0", "1 <= short <= long <= 16384" },
        { "--size", "20000", "1 <= short <= long <= 16384" },
        { "--tile", "8", "16" },
        { "--sampling", "hard", "none|ohem|ratio|hard-negative" },
        { "--sampling-batch", "0", "1 or more" },
        { "--sampling-nms", "1.5", "in [0, 1]" },
        { "--sampling-ratio", "0", "from 1 to" },
        { "--loss", "softmax", "focal|ce|softmax-focal|focal-star|quality-focal" },
        { "--gamma", "-1", "from 0 up" },
        { "--alpha", "1.5", "in [0, 1]" },
        { "--beta", "1e300", "must be a finite number" },
        { "--box-loss", "l2", "l1|smooth-l1|giou|diou|ciou" },
        { "--epochs", "0", "1 or more" },
        { "--batch", "0", "1 or more" },
        { "--batch", "2147483647", "1048576 or less" },
        { "--accumulate", "-3", "1 or more" },
        { "--shards", "0", "from 1 to 256" },
        { "--lr", "0", "above 0" },
        { "--schedule", "linear", "step|cosine|polynomial|one-cycle|plateau" },
        { "--warm-up", "-1", "0 or more" },
        { "--optimizer", "lion", "sgd|adamw" },
        { "--clip", "-1", "0 or more" },
        { "--ema", "1", "from 0 to below 1" },
        { "--early-stop", "-1", "0 or more" },
        { "--seed", "1.5", "is not an integer" },
        { "--preset", "big", "tiny" },
        { "--device", "cuda:x", "cpu, cuda and cuda:N are" },
        { "--precision", "fp16", "auto|fp32|bf16" },
    };

    /// <summary>The options that take a value of which not every text is valid.</summary>
    public static TheoryData<string> Settings => [.. WithValues.Where(name => name != "--weights")];

    private static IEnumerable<string> WithValues => TrainingOptions.CreateAll().Where(setting => setting.Option.ValueType != typeof(bool)).Select(setting => setting.Option.Name);

    public static TheoryData<string[], string> WrongUsages => new()
    {
        { ["train", "--train", "a", "--train", "b", "--out", "c"], "--train" },
        { ["train", "--train", "a", "--out", "c", "--lr", "1", "--lr", "2"], "--lr" },
        { ["score", "--truth", "a", "--detections", "b", "c"], "'c'" },
        { ["data", "fly"], "fly" },
        { ["data", "info", ""], "DATA: the path is empty" },
        { ["data", "info", "a", "b"], "'b'" },
        { ["detect", "model", ""], "PATH: the path is empty" },
        { ["info", " "], "MODEL: the path is empty" },
        { ["detect", "model", "a.png", "--draw-threshold", "1.5"], "--draw-threshold: 1.5 is out of range; it must be from 0 to 1" },
        { ["detect", "model", "a.png", "--max-detections", "0"], "must be 1 or more" },
        { ["detect", "model", "a.png", "--batch", "-1"], "--batch: -1 is out of range; it must be 1 or more" },
        { ["detect", "model", "a.png", "--size", "x"], "--size: 'x' is not a size such as 800 or 800x1333" },
        { ["eval", "model", "a", "--batch", "99999999999"], "--batch: '99999999999' is not an integer up to 2147483647" },
        { ["eval", "model", "a", "--images", ""], "--images: the value is empty; it takes DIR" },
        { ["train", "--train", "a", "--out", ""], "--out: the value is empty" },
        { ["train", "--train", "a", "--out", "b", "--config", ""], "--config: the value is empty" },
        { ["train", "--train", "a", "--out", "b", "--val-images", "c"], "--val-images needs --val DATA" },
        { ["train", "--train", "a", "--out", "b", "--val-labels", "c"], "--val-labels needs --val DATA" },
        { ["train", "--train", "a", "--out", "b", "--early-stop", "5"], "--early-stop needs --val DATA" },
        { ["train", "--train", "a", "--out", "b", "--schedule", "plateau"], "--schedule plateau needs --val DATA" },
        { ["train", "--train", "a", "--out", "b", "--loss", "quality-focal", "--alpha", ".3"], "--alpha has no effect with the loss quality-focal" },
        { ["train", "--train", "a", "--out", "b", "--alpha", ".3", "--loss", "asymmetric"], "--alpha has no effect with the loss asymmetric" },
        { ["train", "--train", "a", "--out", "b", "--loss", "seesaw", "--gamma", "1"], "--gamma has no effect with the loss seesaw" },
        { ["train", "--train", "a", "--out", "b", "--sampling", "ohem", "--gamma", "1"], "--gamma has no effect with the loss ce" },
        { ["train", "--train", "a", "--out", "b", "--beta", "1"], "--beta has no effect with the loss focal" },
        { ["tune", "--train", "a", "--val", "a", "--budget", "1", "--out", "b", "--loss", "seesaw", "--alpha", ".3"], "--alpha has no effect with the loss seesaw" },
        { ["ablate", "alpha", "--data", "a", "--val", "a", "--out", "b", "--gamma", "1"], "--gamma has no effect with the loss ce" },
        { ["ablate", "losses", "--data", "a", "--val", "a", "--out", "b", "--rows", "1", "--beta", "1"], "--beta has no effect with the loss focal" },
        { ["data", "check", "a", "--to", "voc"], "--to needs --fix" },
        { ["data", "check", "a", "--image-files", "link"], "--image-files needs --fix" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Train_ValueOutOfRange_ExitsWith2AndNamesTheRange(string option, string value, string range) =>
        Train(option, value).IsRefused(ExitCode.WrongUsage, "error: ", range);

    [Fact]
    public void OutOfRange_Options_CoverAllSettings() =>
        Assert.Empty(WithValues.Except(OutOfRange.Select(row => row.Data.Item1)));

    [Theory]
    [MemberData(nameof(Settings))]
    public void Train_BadValue_ExitsWith2AndNamesTheOption(string option)
    {
        foreach (var value in (string[])["", " ", "?", "NaN", "1e999", "1,5,x", "0x10", "--"])
        {
            var ran = Train(option, value);

            Assert.True(ran.Code == ExitCode.WrongUsage, $"{option} '{value}': exit code {ran.Code}: {ran.Error}");
            Assert.Contains(option, ran.Error);
            Assert.DoesNotContain("This is a bug", ran.Error);
        }
    }

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public void Run_WrongUsage_ExitsWith2AndNamesTheError(string[] args, string words) =>
        CommandResult.Retina(args).IsRefused(ExitCode.WrongUsage, words);

    [Fact]
    public void Train_ConfigOutOfRange_ExitsWith2()
    {
        var config = _folder.Write("config.json", """{"training": {"batch": 70000, "accumulate": 70000}}""");

        Train("--config", config).IsRefused(ExitCode.WrongUsage, "Batch times accumulate 4900000000");
    }

    private CommandResult Train(string option, string value) => CommandResult.Retina("train", "--train", "nothing", "--out", _folder.At("out"), option, value);
}
