using System.CommandLine;
using RetinaSharp.Cli.Options;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data convert</c>, which writes a dataset in another format.</summary>
internal static class DataConvertVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", $"{DataSource.Help} Without it, all splits are converted.");
        var reading = new DatasetReadingOptions();
        var output = new DatasetOutput(requiresFormat: true);
        var json = SharedOptions.Json();
        var command = new Command("convert", "Write a dataset in another format, and say what the format cannot hold.") { data };
        reading.AddTo(command);
        output.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            output.GetPath(parse);
            var splits = DataSource.OpenSplits(parse.GetRequiredValue(data), output.ReadOptions(parse, reading.Get(parse)), session.Output);
            DatasetOutput.Show(output.Write(parse, splits, session), [], session, parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
