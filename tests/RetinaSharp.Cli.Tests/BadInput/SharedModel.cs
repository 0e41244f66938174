namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>Shares a model between tests that do not change it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedModel : ICollectionFixture<TrainedModel>
{
    public const string Name = "a trained model";
}
