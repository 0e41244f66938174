using System.CommandLine;
using System.Text.RegularExpressions;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

public sealed class OptionHintsTests
{
    [Theory]
    [InlineData("Out of range; choose that loss, or no sampling.", "Out of range; choose that loss, or no sampling (--loss ce, or --sampling none).")]
    [InlineData("a.pth: import it first", "a.pth: import it first (retina import FILE --out MODEL.safetensors).")]
    [InlineData("Suppression Fusion: choose NMS, class-agnostic NMS, voting or none, or export raw outputs.", "Suppression Fusion: choose NMS, class-agnostic NMS, voting or none, or export raw outputs (--suppression nms, class-agnostic, voting or none, or --outputs raw).")]
    [InlineData("Soft-NMS sigma 0.3: choose Soft-NMS with Gaussian decay.", "Soft-NMS sigma 0.3: choose Soft-NMS with Gaussian decay (--suppression soft-gaussian).")]
    [InlineData("a.json: is corrupt", "a.json: is corrupt")]
    public void AddTo_Message_NamesTheOptionsOfItsRemedy(string message, string expected) => Assert.Equal(expected, OptionHints.AddTo(message));

    [Fact]
    public void Train_FrozenRandomBackbone_WarnsAndNamesTheOptions()
    {
        using var folder = new TemporaryFolder();
        var data = ColoredRectangles.Write(folder.At("data"), images: 2);

        var ran = CommandResult.Retina("train", "--train", data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64", "--epochs", "1", "--batch", "2", "--norm", "frozen").IsDone();

        Assert.Contains("(--weights, or --norm batch --freeze 0)", ran.Error);
    }

    [Fact]
    public void Train_SamplingWithAnotherLoss_ExitsWith2AndNamesTheOptions() =>
        CommandResult.Retina("train", "--train", "a", "--out", "b", "--sampling", "ohem", "--loss", "focal").IsRefused(ExitCode.WrongUsage, "(--loss ce, or --sampling none)");

    [Fact]
    public void Train_ResumeOfAModelWithoutState_ExitsWith3AndNamesTheOptions()
    {
        using var folder = new TemporaryFolder();
        var data = ColoredRectangles.Write(folder.At("data"), images: 2);
        folder.Write("run/last.safetensors", "");

        CommandResult.Retina("train", "--train", data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64", "--resume").IsRefused(ExitCode.BadData, "(--out, --weights)");
    }

    /// <summary>Libraries are used without the command line, so their messages name none of its options and verbs.</summary>
    [Fact]
    public void Libraries_StringLiterals_NameNoOptionOrVerb()
    {
        var root = RetinaCommand.Create(new(new Output(TextWriter.Null, Consoles.Over(TextWriter.Null)), default));
        var names = Walk(root).SelectMany(command => command.Options).Select(option => option.Name).Concat(root.Subcommands.Select(verb => $"retina {verb.Name}")).Distinct();
        var literal = new Regex($"\"[^\"]*({string.Join('|', names.Select(Regex.Escape))})\\b[^\"]*\"");

        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "RetinaSharp.Cli" or "obj" or "bin")).ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && literal.IsMatch(line)).Select(line => $"{file}: {line.Trim()}")));

        static IEnumerable<Command> Walk(Command command) => command.Subcommands.SelectMany(Walk).Prepend(command);
    }
}
