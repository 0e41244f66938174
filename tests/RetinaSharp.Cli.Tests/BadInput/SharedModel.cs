namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>Tests that need a model and leave it as it is share one.</summary>
[CollectionDefinition(Name)]
public sealed class SharedModel : ICollectionFixture<TrainedModel>
{
    public const string Name = "a trained model";
}
