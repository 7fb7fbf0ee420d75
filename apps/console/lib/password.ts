/** As the server wants it. */
export const PASSWORD_MIN = 10;
export const PASSWORD_HINT = `${PASSWORD_MIN} characters or more; a few words are easier to keep`;
