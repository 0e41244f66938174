using System.CommandLine;
using System.Text.RegularExpressions;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

public sealed partial class HelpTests
{
    // The contract allows additional options.
    private static readonly string[] Additions =
    [
        "--api-key-file", "--calibrate-images", "--check", "--check-images", "--count", "--draw", "--ensemble", "--ensemble-weights", "--gradient-precision", "--html",
        "--image-files", "--input", "--interval", "--keep-fp32", "--keep-sensitive", "--logit", "--max-ap-drop", "--max-delay", "--max-images",
        "--max-size", "--min-size", "--name", "--no-check", "--no-crowds", "--opset", "--outputs", "--queue", "--reduce-range", "--rows", "--runs",
        "--samples", "--sampling-ratio", "--sensitivity-images", "--shard-size", "--soft-sigma", "--suppression", "--threads", "--tile-overlap", "--trials",
        "--until-empty", "--version", "--with-boxes",
    ];

    private static readonly string[] AddedVerbs = [" bench load"];

    [Fact]
    public void Help_Train_ListsEverySettingWithItsValue()
    {
        var help = CommandResult.Retina("train", "--help").IsDone().Out;

        var settings = TrainingOptions.CreateAll(TrainingOptions.EpochsOrAuto(), TrainingOptions.BatchOrAuto());
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains(setting.Option.HelpName is { } value ? $"{setting.Option.Name} <{value}>" : $"{setting.Option.Name} ", help));
    }

    [Theory]
    [InlineData("data", "info")]
    [InlineData("data", "check")]
    [InlineData("data", "generate")]
    [InlineData("data", "convert")]
    [InlineData("data", "split")]
    [InlineData("data", "merge")]
    [InlineData("data", "filter")]
    [InlineData("data", "preview")]
    [InlineData("data", "rank")]
    [InlineData("anchors")]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("score")]
    [InlineData("detect")]
    [InlineData("loss")]
    [InlineData("loss", "curves")]
    [InlineData("analyze", "losses")]
    [InlineData("bench", "loss")]
    [InlineData("bench", "assign")]
    [InlineData("bench", "score")]
    [InlineData("bench", "load")]
    [InlineData("bench", "train")]
    [InlineData("bench", "detect")]
    [InlineData("ablate", "gamma")]
    [InlineData("ablate", "image-size")]
    [InlineData("ablate", "losses")]
    [InlineData("ablate", "assigners")]
    [InlineData("ablate", "heads")]
    [InlineData("ablate", "augmentations")]
    [InlineData("ablate", "pretrained")]
    [InlineData("tune")]
    [InlineData("import")]
    [InlineData("export", "onnx")]
    [InlineData("serve")]
    [InlineData("info")]
    public void Help_Verb_IsOnStdoutWithItsName(params string[] verb)
    {
        var ran = CommandResult.Retina([.. verb, "--help"]).IsDone();

        Assert.Contains($"retina {string.Join(' ', verb)}", ran.Out);
        Assert.Contains("--json", ran.Out);
        Assert.Empty(ran.Error);
    }

    [SharedDataFact]
    public void Command_VerbsAndOptions_AreInTheContract()
    {
        var contract = File.ReadAllText(SharedData.At("contract", "cli.md"));
        var options = OptionName().Matches(contract).Select(match => match.Value).Concat(Additions).ToHashSet();

        var offered = Walk(Root(), "").ToList();

        Assert.Contains("--images", offered.SelectMany(command => command.Options));
        Assert.All(offered, command => Assert.True(Names(command.Path) || AddedVerbs.Contains(command.Path), command.Path));
        Assert.Empty(offered.SelectMany(command => command.Options).Except(options).Except(Additions));

        Assert.Empty(OptionName().Matches(contract).Select(match => match.Value).Except(offered.SelectMany(command => command.Options)));
        Assert.Empty(Verb().Matches(contract).Select(match => match.Groups[1].Value).Except(offered.SelectMany(command => command.Path.Split(' '))));

        // The contract lists verbs of a kind as 'bench loss\|assign'.
        bool Names(string path) => contract.Contains($"retina{path}") ||
            Regex.IsMatch(contract, $@"retina{path[..path.LastIndexOf(' ')]} [\w\\|-]*\b{path[(path.LastIndexOf(' ') + 1)..]}\b");

        static IEnumerable<(string Path, IEnumerable<string> Options)> Walk(Command command, string path)
        {
            yield return (path, command.Options.Select(option => option.Name));
            foreach (var one in command.Subcommands.SelectMany(verb => Walk(verb, $"{path} {verb.Name}")))
                yield return one;
        }
    }

    private static Command Root() => RetinaCommand.Create(new(new Output(TextWriter.Null, Consoles.Over(TextWriter.Null)), default));

    [GeneratedRegex("--[a-z][a-z0-9-]*")]
    private static partial Regex OptionName();

    // In code spans only: the text says "the retina command" and the like.
    [GeneratedRegex(@"`retina ([a-z]+)")]
    private static partial Regex Verb();
}
