namespace CrmSync.Storage;

/// <summary>The database cannot be used until a person acts; the message says what is wrong, where, and what to do.</summary>
public sealed class DatabaseUnusableException : Exception
{
    public DatabaseUnusableException()
    {
    }

    public DatabaseUnusableException(string message)
        : base(message)
    {
    }

    public DatabaseUnusableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
