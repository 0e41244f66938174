namespace RetinaSharp.Cli.Tests;

public sealed class CliReferenceTests
{
    // eng/cli-reference.sh sets it.
    private const string UpdateVariable = "RETINASHARP_UPDATE_CLI_REFERENCE";

    [Fact]
    public void CliReference_CommittedPage_IsTheHelpOfEveryVerb()
    {
        var file = Path.Combine(Repository.Root, CliReference.Path);
        var page = CliReference.Create();
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllText(file, page);

        var committed = File.ReadAllText(file).ReplaceLineEndings("\n");

        Assert.True(page == committed, $"{CliReference.Path} is not what --help prints: run eng/cli-reference.sh");
    }

    [Fact]
    public void CliReference_OptionsOfAVerb_AreListedWithTheirHelp()
    {
        var page = CliReference.Create();

        Assert.Contains("\n## retina detect\n", page);
        Assert.Matches(@"\| `--score-threshold [^`]*` \| \w", page);
        Assert.Contains("\n## retina data generate\n", page);
        // A verb that has a subcommand too.
        Assert.Contains("\n## retina loss\n", page);
        Assert.DoesNotContain("\n## retina data\n", page);
    }
}
